"""Editing in the browser, and what the records say by now."""

import pytest

from kexie.core.errors import DomainError
from kexie.orgs.models import User
from kexie.registers.models import Entry
from kexie.registers.services import void
from kexie.reports.editing import TITLE, edit_report, lines_with, pieces_of
from kexie.reports.html import render_file, render_fragment
from kexie.reports.keeping import VersionConflict, latest_version
from kexie.reports.model import Paragraph, Unsourced, from_json
from kexie.reports.models import Report
from kexie.reports.recomputing import changed_since
from kexie.reports.taking_back import take_back
from tests.reports.test_life import content_of, first_number


def test_the_texts_as_they_are_change_nothing(report: Report) -> None:
    document = content_of(report)
    texts = {piece.place: piece.text for piece in pieces_of(document)}
    taken = take_back(document=document, lines=lines_with(document, texts))
    assert {each.kind for each in taken.findings} == {"right"}
    assert taken.document == document


def test_words_are_edited_around_linked_numbers(report: Report, leader: User) -> None:
    document = content_of(report)
    number = first_number(document)
    piece = next(each for each in pieces_of(document) if f"⟦{number.text}⟧" in each.text)
    texts = {
        piece.place: "经过全县上下努力，" + piece.text + "\n再接再厉，续写新篇。",
        TITLE: f"{document.title}（送审稿）",
    }
    edit_report(report=report, texts=texts, based_on=1, actor=leader)
    now = content_of(report)
    assert now.title.endswith("（送审稿）")
    assert now.blocks[piece.place].text.startswith("经过全县上下努力，")  # type: ignore[union-attr]
    assert isinstance(now.blocks[piece.place + 1], Paragraph)
    assert list(now.numbers()) == list(document.numbers())
    assert latest_version(report).created_by == leader


def test_another_number_is_kept_and_marked_with_who_and_why(report: Report, leader: User) -> None:
    document = content_of(report)
    number = first_number(document)
    piece = next(each for each in pieces_of(document) if f"⟦{number.text}⟧" in each.text)
    texts = {piece.place: piece.text.replace(f"⟦{number.text}⟧", "⟦9876场⟧", 1)}
    with pytest.raises(DomainError, match="理由"):
        edit_report(report=report, texts=texts, based_on=1, actor=leader)
    edit_report(report=report, texts=texts, based_on=1, actor=leader, reason="领导定的")
    now = content_of(report)
    (unsourced,) = now.unsourced()
    assert (unsourced.text, unsourced.was, unsourced.by, unsourced.reason) == (
        "9876场",
        number.text,
        "某人",
        "领导定的",
    )
    page = render_fragment(document=now, url=lambda _: "#", marks={unsourced: 7})
    assert 'class="kx-unsourced" title="无来源：某人改' in page
    assert 'data-note="7"' in page
    clean = render_fragment(document=now, url=lambda _: "#", marks={unsourced: 7}, is_clean=True)
    assert "9876场" in clean
    assert all(word not in clean for word in ("无来源", "kx-note", "领导定的"))
    file = render_file(document=now, sources={})
    assert 'href="#u-1"' in file
    assert "领导定的" in file


def test_the_second_of_two_is_told_and_nothing_is_lost(report: Report, leader: User) -> None:
    piece = pieces_of(content_of(report))[1]
    edit_report(report=report, texts={piece.place: piece.text + "甲"}, based_on=1, actor=leader)
    with pytest.raises(VersionConflict):
        edit_report(report=report, texts={piece.place: piece.text + "乙"}, based_on=1, actor=leader)
    assert [version.number for version in report.versions.all()] == [1, 2]


def test_numbers_are_compared_with_what_the_records_say_now(report: Report, leader: User) -> None:
    document = content_of(report)
    assert changed_since(document=document, user=leader) == []
    void(entry=Entry.objects.get(uid="big"), actor="tests", reason="没有办成")
    changed = {each.before.key: each for each in changed_since(document=document, user=leader)}
    number = first_number(document)
    assert number.key in changed
    now = changed[number.key].now
    assert now is not None
    assert now.value < number.value
    untouched = [each for each in document.distinct_numbers() if each.key not in changed]
    assert any(each.query.organisation == "T2" for each in untouched)
    assert from_json(latest_version(report).content) == document


def test_an_unsourced_number_is_equal_to_itself() -> None:
    one = Unsourced(text="15个", by="罗某", reason="新批一个")
    assert {one: 1}[Unsourced(text="15个", by="罗某", reason="新批一个")] == 1
