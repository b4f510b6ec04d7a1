"""The readable text of a web page. Also a program of its own: markup on standard input, text on standard output.

Nothing of Kexie is imported, so that it can be started by path. The parser takes quadratic time for an element with
very many attributes, so a large page is parsed where it can be stopped.
"""

import sys
from typing import Any

from lxml import etree, html

UNREADABLE, DEPTH = 3, 4
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt", "li"}
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav"}
    | {"ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"}
)
_DROPPED = frozenset(("script", "style", "noscript", "template", "iframe", "svg", "head"))


def readable(markup: bytes) -> str | int:
    """The text of a page in UTF-8: one line for each block element; scripts and styles dropped.

    Returns one of the codes above when there is none, or when the parser gave up before the end.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return UNREADABLE
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        return DEPTH
    lines = (line.strip() for line in "".join(_pieces(root)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(root: Any) -> list[str]:
    parts: list[str] = []
    dropped = 0  # elements around this place whose text is not for readers
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS:
            parts.append("\n")
        if event == "start":
            dropped += tag in _DROPPED
            if element.text and not dropped:
                parts.append(" ".join(element.text.split()) if tag != "pre" else element.text)
        else:
            dropped -= tag in _DROPPED
            if element.tail and not dropped:
                parts.append(" ".join(element.tail.split()))
    return parts


def main() -> int:
    """Print the text; return 0 or one of the codes above."""
    text = readable(sys.stdin.buffer.read())
    if isinstance(text, int):
        return text
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
