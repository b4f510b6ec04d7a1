"""The events of one document, paragraph by paragraph."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from kexie.reading import circumstances as around
from kexie.reading.activities import audience, parties, repeats
from kexie.reading.activities.candidates import candidates
from kexie.reading.activities.extents import Extent, occurrences, with_activity
from kexie.reading.activities.lexicon import lexicon
from kexie.reading.activities.sentence import LONGEST, Found, Sentence, read_sentence
from kexie.reading.clean import Clean
from kexie.reading.dates import Span
from kexie.reading.documents import Piece
from kexie.reading.figures import Match
from kexie.reading.model import Activity, Figure
from kexie.reading.sections import Outline

_HEADING = 45  # characters: the longest heading
_NEAR = 160  # characters: an event told again so close behind is told in one go
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"[^。;!?\n]+")
_NUMBERED = re.compile(
    r"[ >]*(?:[(]?[一二三四五六七八九十\d]{1,3}(?:\.\d{1,2})*(?:[、.)]|(?<=\d\.\d)(?!\d)|是(?=.{0,40}$)))"
)
_DIGIT = re.compile(r"(?<!\d)(?!(?:19|20)(?:\d\d|[xX_*]{2})(?!\d))\d")  # but no year


def find(
    view: Clean,
    piece: Piece,
    told: Sequence[tuple[Match, Figure]],
    planned: Callable[[int], bool],
    outline: Outline,
    organisation: str | None,
    year: int | None,
) -> tuple[list[Activity], list[tuple[Match, Figure]]]:
    """The events of one document, in order, and its figures with the id of the event to which each belongs."""
    troubled = outline.under(lambda heading: bool(lexicon().trouble.search(heading.title[:_HEADING])))
    finder = _Finder(view, piece, told, outline, organisation)
    for line in _LINE.finditer(view.text, piece.start, piece.end):
        paragraph = _Paragraph(line.start(), len(finder.out))
        first_line = True
        for match in _SENTENCE.finditer(view.text, line.start(), line.end()):
            written = match.group()
            number = _NUMBERED.match(written) if first_line else None
            first_line = first_line and not written.strip(" >")
            if (
                planned(match.start())
                or troubled(match.start())
                or (number and _is_heading(written, number, view.text, match.end(), line.end()))
            ):
                continue
            sentence = read_sentence(match.start() - piece.start, written[:LONGEST], year, finder.day)
            finder.sentence(paragraph, sentence, numbered=number is not None)
        finder.close(paragraph, line.end() - piece.start)
    return repeats.same(finder.out, finder.tellings), with_activity(told, finder.extents)


def _is_heading(written: str, number: re.Match[str], text: str, end: int, line_end: int) -> bool:
    """Whether a numbered sentence is a heading in a line of its own, no short statement with commas and a stop."""
    return (
        len(written) <= _HEADING
        and not ("," in written and text.startswith("。", end))
        and not text[end:line_end].strip(" 。;!?")
        and not _DIGIT.search(written, number.end())
    )


class _Paragraph:
    """What the sentences of a paragraph hand on: the last day and campaign told, the event still spoken of."""

    def __init__(self, start: int, first: int) -> None:
        self.start = start  # in the clean text of the file
        self.first = first  # its first event among those of the document
        self.day: Span | None = None
        self.campaign: str | None = None
        self.open: tuple[int, str] | None = None  # where the event's figures may go on, and its id
        self._unasked: list[Sentence] = []
        self._subject: tuple[str, ...] = ()

    def hear(self, sentence: Sentence) -> None:
        self._unasked.append(sentence)

    def subject(self) -> tuple[str, ...]:
        """The bodies of which its last sentences speak."""
        for sentence in reversed(self._unasked):
            found = parties.subject_of_sentence(sentence)
            if found:
                self._subject = found
                break
        self._unasked = []
        return self._subject


class _Finder:
    def __init__(
        self,
        view: Clean,
        piece: Piece,
        told: Sequence[tuple[Match, Figure]],
        outline: Outline,
        organisation: str | None,
    ) -> None:
        self.view, self.base, self.told, self.outline = view, piece.start, told, outline
        self.organisation = organisation
        self.starts = [m.start for m, _ in told]
        self.out: list[Activity] = []
        self.tellings: list[repeats.Telling] = []  # of each in ``out``
        self.extents: list[Extent] = []
        self.day: Span | None = None  # the last one told

    def sentence(self, paragraph: _Paragraph, sentence: Sentence, *, numbered: bool) -> None:
        """Take the events of ``sentence``."""
        found = [c for c in candidates(sentence) if c.governed or not numbered]
        if found or sentence.exact:
            self.close(paragraph, sentence.start)
        elif paragraph.open and self.out[-1].audience is None:
            self.out[-1] = replace(self.out[-1], audience=audience.told_in(sentence.text))
        if sentence.exact:
            self.day = sentence.exact[-1]
        paragraph.hear(sentence)
        behind = 0
        for position, candidate in enumerate(found):
            following = found[position + 1].start if position + 1 < len(found) else None
            self._take(paragraph, sentence, candidate, behind, following, alone=len(found) == 1)
            behind = candidate.end
        if sentence.exact and not found:
            paragraph.day = None

    def close(self, paragraph: _Paragraph, end: int) -> None:
        """The figures up to ``end`` still belong to the event spoken of; no later ones do."""
        if paragraph.open:
            self.extents.append(Extent(paragraph.open[0], end, paragraph.open[1], own=False))
            paragraph.open = None

    def _take(
        self,
        paragraph: _Paragraph,
        sentence: Sentence,
        candidate: Found,
        behind: int,
        following: int | None,
        *,
        alone: bool,
    ) -> None:
        own = _day_of(sentence, candidate)
        first, last = sentence.start + candidate.start, sentence.start + candidate.end
        organisers = parties.organisers(sentence, candidate, behind, paragraph.subject, self.organisation)
        place = candidate.place or around.place_in(sentence.text, sentence.hidden, candidate.verb)
        place = place or next((o for o in organisers if around.is_place_body(o)), None)
        again = repeats.mentioned(self.out, paragraph.first, candidate.title, own, place)
        if again is not None:
            earlier = self.out[again]
            if earlier.start_date is None and own is not None:
                earlier = replace(earlier, start_date=own.first, end_date=own.last, place=earlier.place or place)
                self.out[again] = earlier
            if self.base + first - self.view.position(earlier.end) <= _NEAR:
                self.out[again] = replace(earlier, end=max(earlier.end, self.view.end(self.base + last)))
            return
        until = len(sentence.text) if following is None else following
        often = occurrences(
            self.told, self.starts, sentence.start + candidate.clause, sentence.start + candidate.end + 14
        )
        told_day = own or (paragraph.day if self._inherits(paragraph.day, sentence, often) else None)
        activity = Activity(
            id=f"a{len(self.out) + 1}",
            start=self.view.start(self.base + first),
            end=self.view.end(self.base + last),
            title=candidate.title,
            start_date=told_day.first if told_day else None,
            end_date=told_day.last if told_day else None,
            place=place,
            organisers=organisers,
            role=candidate.role,
            occurrences=often,
            campaign=self._campaign(paragraph, sentence, candidate, inherited=told_day is not None and own is None),
            audience=audience.told_in(sentence.text[behind:until]) or audience.named_in(candidate.title),
        )
        self.out.append(activity)
        self.tellings.append(repeats.Telling(sentence, self._chapter(paragraph)))
        until += sentence.start
        self.extents.append(Extent(sentence.start if alone else first, until, activity.id, own=True))
        paragraph.campaign = paragraph.campaign or activity.campaign
        if own is not None:
            paragraph.day = own
        if following is None and (told_day or place):
            paragraph.open = until, activity.id

    def _chapter(self, paragraph: _Paragraph) -> int:
        """Where the heading stands that governs ``paragraph``, which may begin with a number of its own."""
        above = [h.start for h in self.outline.above(paragraph.start) if h.start < paragraph.start]
        return above[-1] if above else self.base

    def _inherits(self, day: Span | None, sentence: Sentence, often: int | None) -> bool:
        """Whether an undated event of a paragraph took place on the day told before it; one held often did not."""
        if day is None or not self.out or (often is not None and often > 1):
            return False
        return day.first == day.last or _same_day(sentence)

    def _campaign(self, paragraph: _Paragraph, sentence: Sentence, candidate: Found, *, inherited: bool) -> str | None:
        return (
            around.campaign_in(candidate.title)
            or around.campaign_in(sentence.text[: candidate.end])
            or (paragraph.campaign if inherited or _same_day(sentence) else None)
            or parties.campaign_above(self.outline, self.base + sentence.start)
        )


def _same_day(sentence: Sentence) -> bool:
    return bool(lexicon().same_day.search(sentence.text.lstrip()))


def _day_of(sentence: Sentence, found: Found) -> Span | None:
    """The time told before the event in its sentence, else one behind it in its clause."""
    starts = [span.start for span in sentence.exact]
    at = bisect_right(starts, found.end - 1)
    if at:
        return sentence.exact[at - 1]
    comma = sentence.hidden.find(",", found.end)
    stop = comma if comma >= 0 else len(sentence.text)
    return sentence.exact[0] if starts and starts[0] < stop else None
