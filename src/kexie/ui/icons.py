"""The icons of the sprite. The one list is icons.txt; tools/frontend.py draws the sprite from it."""

from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def icon_names() -> frozenset[str]:
    """Return the names that may be used."""
    lines = (line.strip() for line in (Path(__file__).parent / "icons.txt").read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def icon_html(name: str, css: str = "") -> SafeString:
    """Return the icon, hidden from screen readers: a word always stands beside it, or a label on its button."""
    if name not in icon_names():
        raise ValueError(f"no icon {name!r}: add it to kexie/ui/icons.txt and run tools/frontend.py")
    return format_html(
        '<svg class="kx-icon{}" width="18" height="18" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        static("vendor/icons.svg"),
        name,
    )
