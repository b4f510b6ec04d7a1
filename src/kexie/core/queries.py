"""Reads of the core."""

from kexie.core.models import AuditRecord
from kexie.core.services import GENESIS, digest_of


def broken_audit_record() -> int | None:
    """Return the number of the first audit record that does not continue the chain, or None when all do."""
    previous, expected = GENESIS, 1
    for record in AuditRecord.objects.order_by("number").iterator():
        digest = digest_of(
            number=record.number,
            at=record.at.isoformat(),
            actor=record.actor,
            action=record.action,
            subject=record.subject,
            detail=record.detail,
            previous=previous,
        )
        if record.number != expected or record.previous != previous or record.digest != digest:
            return expected
        previous, expected = record.digest, expected + 1
    return None
