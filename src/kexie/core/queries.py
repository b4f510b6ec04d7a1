"""Reads of the core."""

import hashlib
from collections.abc import Callable, Iterator

from kexie.core.models import AuditRecord, StoredFile
from kexie.core.services import GENESIS, digest_of, file_path


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


def damaged_files(progress: Callable[[int], None] = lambda count: None) -> Iterator[tuple[str, str]]:
    """Yield (SHA-256, what is wrong) of the stored files that are missing or have other content than they had."""
    for row in StoredFile.objects.order_by("sha256").iterator():
        path = file_path(row.sha256)
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            yield row.sha256, "不见了"
        except OSError as error:
            yield row.sha256, f"读不了（{error.strerror}）"
        else:
            if digest != row.sha256:
                yield row.sha256, "内容变了"
        progress(1)
