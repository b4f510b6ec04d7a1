"""Rules that every template and style sheet keeps: nothing inline, nothing from elsewhere, readable colours."""

import re
from pathlib import Path

import pytest

from kexie.ui.icons import icon_names

#: The name of the XML dialect, not an address that anything loads from.
NAMESPACE = "http://www.w3.org/2000/svg"

ON_WHITE = ["text", "text-2", "text-3", "accent", "accent-dark", "ochre", "red"]
PAIRS = (
    [(colour, ground) for colour in ON_WHITE for ground in ("white", "ground", "sunk")]
    + [(colour, "rail") for colour in ("text", "text-2", "accent", "accent-dark")]
    + [(colour, "tint") for colour in ("text", "text-2", "text-3", "accent", "accent-dark")]
    + [(colour, "tint-2") for colour in ("text", "text-2", "accent", "accent-dark")]
    + [("white", "accent"), ("white", "accent-dark"), ("ochre", "ochre-tint"), ("red", "red-tint")]
    + [("text", "ochre-tint"), ("text", "red-tint"), ("accent-dark", "chart-unfinished")]
)


def tokens(package: Path) -> dict[str, str]:
    css = (package / "ui/static/ui/tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--kx-([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", css))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("colour", "ground"), PAIRS)
def test_every_text_pair_can_be_read(package, colour, ground):
    values = tokens(package)
    assert contrast(values[colour], values[ground]) >= 4.5


def test_the_tokens_are_those_of_the_reference_screens(package):
    values = tokens(package)
    assert values["text"] == "#1c2b30"
    assert values["text-2"] == "#4a5a60"
    assert values["text-3"] == "#63727a"
    assert values["accent"] == "#0f5a66"
    assert values["accent-dark"] == "#0a444e"
    assert values["ochre"] == "#855a00"
    assert values["red"] == "#b3261e"


def test_there_are_templates_to_check(templates, own_statics):
    assert len(templates) > 10
    assert len(own_statics) > 4


def test_templates_have_no_inline_script_style_or_handler(templates):
    for path in templates:
        text = path.read_text(encoding="utf-8")
        for tag in re.findall(r"<script\b[^>]*>", text):
            assert re.search(r"\ssrc=", tag), f"{path}: {tag}"
        assert not re.search(r"<style\b", text), path
        assert not re.search(r"<[a-z][^>]*\sstyle\s*=", text), path
        assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text), path
        assert not re.search(r"\bhx-on\b|javascript:", text), path


def test_nothing_comes_from_another_host(templates, own_statics):
    for path in [*templates, *own_statics]:
        text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
        assert not re.search(r"https?://|(?:href|src|url)\s*[=(]\s*[\"']?//", text), path


def test_no_filter_marks_data_as_safe(templates):
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{%\s*autoescape\s+off|\|\s*safeseq\b", text), path


def test_templates_use_only_icons_of_the_list(package, templates):
    for path in templates:
        names = re.findall(r"\{%\s*icon\s+[\"']([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8"))
        assert set(names) <= icon_names(), path
    for path in package.glob("*/room.py"):
        names = re.findall(r"icon=[\"']([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8"))
        assert set(names) <= icon_names(), path


def test_colours_stand_in_the_tokens_only(own_statics):
    allowed = {"#fff", "#000", "#999", "#f3dfa8", "#5c3f00"}  # paper, and the marks in a report's margin
    for path in own_statics:
        if path.suffix == ".css" and path.name != "tokens.css":
            text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text))
            assert found <= allowed, path


def test_style_sheets_use_only_tokens_that_exist(package, own_statics):
    sheets = [path for path in own_statics if path.suffix == ".css"]
    text = "".join(path.read_text(encoding="utf-8") for path in sheets)
    defined = set(re.findall(r"(--kx-[a-z0-9-]+):", text))
    assert set(re.findall(r"var\((--kx-[a-z0-9-]+)\)", text)) <= defined
