"""The audit trail: append-only by the database itself, and a chain that shows what was tampered with."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from kexie.core.models import AuditRecord
from kexie.core.queries import broken_audit_record
from kexie.core.services import GENESIS, audit, audited_together

pytestmark = pytest.mark.django_db

TABLE = AuditRecord._meta.db_table


@pytest.fixture
def trail(db: None) -> list[AuditRecord]:
    audit(actor="王", action="approve", subject="entry:a", revision=1, reason="核对过：“无误”")
    audit(actor="kexie load", action="load", subject="file:x", day=date(2024, 5, 1), share=Decimal("0.50"))
    audit(actor="王", action="void", subject="entry:a", nested={"b": [1, 2.5, None, True], "a": "餘"})
    return list(AuditRecord.objects.order_by("number"))


@pytest.fixture
def unguarded(db: None) -> None:
    """As if someone with the keys of the database had dropped the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER audit_append_only ON {TABLE}")
        else:
            cursor.execute("DROP TRIGGER audit_refuses_update")
            cursor.execute("DROP TRIGGER audit_refuses_delete")


def test_records_continue_each_other(trail: list[AuditRecord]) -> None:
    assert [each.number for each in trail] == [1, 2, 3]
    assert [each.previous for each in trail] == [GENESIS, trail[0].digest, trail[1].digest]
    assert broken_audit_record() is None


def test_an_empty_trail_is_intact(db: None) -> None:
    assert broken_audit_record() is None


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET actor = 'other' WHERE number = 2",
        f"UPDATE {TABLE} SET number = 9",
        f"DELETE FROM {TABLE} WHERE number = 3",
        f"DELETE FROM {TABLE}",
    ],
)
def test_the_database_refuses_to_change_or_delete(trail: list[AuditRecord], statement: str) -> None:
    before = list(AuditRecord.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditRecord.objects.values()) == before


def test_the_models_cannot_either(trail: list[AuditRecord]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditRecord.objects.filter(number=2).update(actor="other")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        trail[2].delete()
    assert broken_audit_record() is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        (f"UPDATE {TABLE} SET actor = 'other' WHERE number = 2", 2),
        (f"UPDATE {TABLE} SET action = 'approve' WHERE number = 3", 3),
        (f"UPDATE {TABLE} SET subject = 'entry:b' WHERE number = 1", 1),
        (f"UPDATE {TABLE} SET detail = '{{\"revision\": 2}}' WHERE number = 1", 1),
        (f"UPDATE {TABLE} SET at = '2020-01-01 00:00:00+00:00' WHERE number = 2", 2),
        (f"UPDATE {TABLE} SET digest = '{'0' * 64}' WHERE number = 2", 2),
        (f"UPDATE {TABLE} SET previous = '{'1' * 64}' WHERE number = 3", 3),
        (f"DELETE FROM {TABLE} WHERE number = 1", 1),
        (f"DELETE FROM {TABLE} WHERE number = 2", 2),
        (f"UPDATE {TABLE} SET number = 9 WHERE number = 3", 3),
    ],
)
def test_it_finds_what_was_tampered_with(
    trail: list[AuditRecord], unguarded: None, tampering: str, broken: int
) -> None:
    assert broken_audit_record() is None
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    assert broken_audit_record() == broken


def test_it_finds_a_record_that_was_slipped_in(trail: list[AuditRecord]) -> None:
    AuditRecord.objects.create(
        number=4,
        at=trail[2].at,
        actor="x",
        action="y",
        subject="z",
        detail={},
        previous=trail[2].digest,
        digest="f" * 64,
    )
    assert broken_audit_record() == 4


def test_a_record_belongs_to_the_transaction_of_its_act(trail: list[AuditRecord]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit(actor="王", action="approve", subject="entry:b")
        raise RuntimeError
    assert AuditRecord.objects.count() == 3
    audit(actor="王", action="approve", subject="entry:c")
    assert AuditRecord.objects.latest("number").number == 4
    assert broken_audit_record() is None


def test_a_long_subject_is_no_crash(db: None) -> None:
    """``kexie load`` of a file deep in folders is an act like any other."""
    audit(actor="kexie load", action="load", subject=f"file:/{'folder/' * 60}entries.jsonl")
    assert broken_audit_record() is None


def test_acts_that_are_audited_together_are_written_at_the_end_in_their_order(trail: list[AuditRecord]) -> None:
    with transaction.atomic(), audited_together():
        audit(actor="王", action="merge", subject="merge:1")
        with audited_together():
            audit(actor="王", action="merge", subject="merge:2")
        audit(actor="王", action="load", subject="file:x")
        assert AuditRecord.objects.count() == 3
    subjects = list(AuditRecord.objects.order_by("number").values_list("subject", flat=True))
    assert subjects[3:] == ["merge:1", "merge:2", "file:x"]
    assert broken_audit_record() is None


def test_acts_of_a_block_that_fails_are_not_written_and_later_ones_are(trail: list[AuditRecord]) -> None:
    with pytest.raises(RuntimeError), audited_together():
        audit(actor="王", action="merge", subject="merge:1")
        raise RuntimeError
    audit(actor="王", action="merge", subject="merge:2")
    assert [record.subject for record in AuditRecord.objects.order_by("number")][3:] == ["merge:2"]
    assert broken_audit_record() is None
