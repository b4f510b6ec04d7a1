"""What the documents put on the desk: the box to paste into, and what waits for a decision."""

from typing import Any

from django.http import HttpRequest

from kexie.intake.views import waiting_documents

_SHOWN = 6


def paste_box(request: HttpRequest) -> dict[str, Any] | None:
    """The place for a text or a file; for everybody who has an office."""
    office = request.user.office  # type: ignore[union-attr]  # logged in: the middleware says so
    return {"office": office} if office else None


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    """The documents whose drafts wait, newest first."""
    documents = waiting_documents(request)
    count = documents.count()
    return {"documents": documents[:_SHOWN], "count": count, "rest": max(count - _SHOWN, 0)} if count else None
