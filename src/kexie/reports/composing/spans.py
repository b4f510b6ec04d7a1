"""Small work on spans: words and numbers put together. Pure."""

from collections.abc import Iterable, Sequence

from kexie.reports.model import Number, Span, Text
from kexie.reports.phrases import summary_words

Spans = list[Span]


def fill(phrase: str, number: Number) -> Spans:
    """Return a phrase with the number in the place of ``{n}``."""
    before, _, after = phrase.partition("{n}")
    return [*([Text(text=before)] if before else []), number, *([Text(text=after)] if after else [])]


def join_spans(items: Sequence[Spans], mark: str) -> Spans:
    """Return the items with ``mark`` between them."""
    return [span for place, item in enumerate(items) for span in ([Text(text=mark), *item] if place else item)]


def join_items(items: Sequence[Spans]) -> Spans:
    """Return the items of a totals sentence: commas, semicolons when there are more than five (§4)."""
    return join_spans(items, "，" if len(items) <= summary_words().commas_up_to else "；")


def chunks(sentences: Sequence[list[Spans]], *, most: int) -> list[list[Spans]]:
    """Return the sentences with none longer than ``most`` items; short neighbours (together at most 5) are joined."""
    result: list[list[Spans]] = []
    for items in sentences:
        count = -(-len(items) // most)
        size = -(-len(items) // count)
        parts = [items[start : start + size] for start in range(0, len(items), size)]
        if result and len(result[-1]) + len(parts[0]) <= summary_words().commas_up_to:
            result[-1] = [*result[-1], *parts.pop(0)]
        result += parts
    return result


def inner_quotes(text: str) -> str:
    """Return the text for use inside quotation marks: its own become single ones."""
    return " ".join(text.split()).replace("“", "‘").replace("”", "’").rstrip("。")


def merge_text(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans with neighbouring words joined."""
    merged: Spans = []
    for span in spans:
        if isinstance(span, Text) and merged and isinstance(merged[-1], Text):
            merged[-1] = Text(text=merged[-1].text + span.text)
        else:
            merged.append(span)
    return tuple(merged)
