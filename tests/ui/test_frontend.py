"""The collection of front-end files: one sprite, no source maps, nothing done twice."""

import importlib.util
import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "src/kexie/ui/static/vendor"

needs_vendor = pytest.mark.skipif(not VENDOR.is_dir(), reason="the front-end files are not collected yet")


@pytest.fixture(scope="module")
def frontend() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kexie_frontend_under_test", ROOT / "tools/frontend.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A made-up checkout with an installed node_modules."""
    lock = {"packages": {"": {"name": "x"}, "node_modules/@tabler/icons": {"integrity": "sha512-1"}}}
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "src/kexie/ui").mkdir(parents=True)
    (tmp_path / "src/kexie/ui/icons.txt").write_text("# icons\nsum\n")
    modules = tmp_path / "node_modules"
    files = {
        ".package-lock.json": json.dumps({"packages": {"node_modules/@tabler/icons": {"integrity": "sha512-1"}}}),
        "@tabler/core/dist/css/tabler.min.css": "a{b:c}\n/*# sourceMappingURL=tabler.min.css.map */",
        "@tabler/core/package.json": '{"version": "1", "license": "MIT", "author": "codecalm"}',
        "@tabler/icons/package.json": '{"version": "1", "license": "MIT"}',
        "@tabler/icons/LICENSE": "MIT License, icons",
        "@tabler/icons/icons/outline/sum.svg": '<svg xmlns="http://www.w3.org/2000/svg"><path stroke="none" d="M0 0"/>'
        '<path d="M1 1"/></svg>',
        "htmx.org/dist/htmx.min.js": "var htmx\n//# sourceMappingURL=htmx.min.js.map",
        "htmx.org/package.json": '{"version": "2", "license": "0BSD"}',
        "htmx.org/LICENSE": "Zero-Clause BSD",
    }
    for name, text in files.items():
        path = modules / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_it_collects_without_npm_when_node_modules_is_right(frontend, checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    frontend.collect(checkout)
    vendor = checkout / frontend.VENDOR
    assert {path.name for path in vendor.iterdir()} == {*frontend.FILES, frontend.STAMP}
    assert "sourceMappingURL" not in (vendor / "tabler.min.css").read_text()
    assert "sourceMappingURL" not in (vendor / "htmx.min.js").read_text()
    assert '<symbol id="sum" viewBox="0 0 24 24"><path d="M1 1"/></symbol>' in (vendor / "icons.svg").read_text()
    assert "Zero-Clause BSD" in (vendor / "licences.txt").read_text()


def test_the_second_time_it_does_nothing(frontend, checkout):
    frontend.collect(checkout)
    shutil.rmtree(checkout / "node_modules")
    frontend.collect(checkout)


def test_another_icon_needs_no_network(frontend, checkout, monkeypatch):
    frontend.collect(checkout)
    monkeypatch.setenv("PATH", "")
    icons = checkout / "node_modules/@tabler/icons/icons/outline"
    shutil.copy(icons / "sum.svg", icons / "x.svg")
    (checkout / frontend.ICONS).write_text("sum\nx\n")
    frontend.collect(checkout)
    assert '<symbol id="x"' in (checkout / frontend.VENDOR / "icons.svg").read_text()


def test_an_unknown_icon_keeps_the_old_files_and_is_named(frontend, checkout):
    frontend.collect(checkout)
    (checkout / frontend.ICONS).write_text("sum\nno-such\n")
    with pytest.raises(frontend.FrontendError, match="no-such"):
        frontend.collect(checkout)
    assert (checkout / frontend.VENDOR / "icons.svg").is_file()
    assert [path.name for path in (checkout / frontend.VENDOR).parent.iterdir()] == ["vendor"]


def test_other_versions_in_node_modules_are_not_taken(frontend, checkout):
    (checkout / "node_modules/.package-lock.json").write_text(
        json.dumps({"packages": {"node_modules/@tabler/icons": {"integrity": "sha512-2"}}})
    )
    assert not frontend.modules_current(checkout)


def test_an_incomplete_checkout_is_said_so(frontend, tmp_path):
    with pytest.raises(frontend.FrontendError, match=r"package\.json is missing"):
        frontend.collect(tmp_path)


@needs_vendor
def test_the_sprite_has_every_icon_of_the_list(frontend):
    tree = ElementTree.parse(VENDOR / "icons.svg")
    names = [symbol.get("id") for symbol in tree.getroot()]
    assert names == frontend.icon_names(ROOT / frontend.ICONS)


@needs_vendor
def test_the_collected_files_load_nothing(frontend):
    for name in ("tabler.min.css", "htmx.min.js"):
        assert "sourceMappingURL" not in (VENDOR / name).read_text(encoding="utf-8")
