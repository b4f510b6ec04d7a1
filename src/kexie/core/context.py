"""What every page needs: the rail and the office."""

from typing import Any

from django.http import HttpRequest

from kexie.core.registry import menu


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``menu`` (list of ShownItem), ``office`` and ``user_role``, for people who have logged in."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    return {"menu": menu.shown(request), "office": user.office, "user_role": user.role_words}
