"""What every page needs: the rail and the office."""

from typing import Any

from django.http import HttpRequest

from kexie.core.registry import menu


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``menu`` (list of ShownItem) for people who have logged in, else an empty list."""
    user = getattr(request, "user", None)
    return {"menu": menu.shown(request) if user is not None and user.is_authenticated else []}
