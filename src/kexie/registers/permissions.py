"""Who may do what to the records of a unit: predicates over role assignments, asked through ``may`` and ``require``.

The one place for roles: documents, review, handing up and merging ask here.
A role reaches the organisation where it is held and all below it; a reporter records for the own unit only. Whether
a person may *see* an entry is another question, and ``visible_to`` answers it first (404); this one is 403.
"""

from collections.abc import Callable, Iterable

import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from kexie.orgs.models import Organisation, Role, User

RECORD, SUBMIT, APPROVE, VOID, MERGE, SET_RULE = "record", "submit", "approve", "void", "merge", "set-review-rule"
PLAN = "plan"
TAKE_IN = "take-in"
HAND_UP, OPEN_LOCK, DECLARE_NOTHING = "hand-up", "open-lock", "declare-nothing"

_HELD = "_kexie_held_roles"


def held_roles(user: User | AnonymousUser) -> list[tuple[str, Organisation]]:
    """Return the (role, organisation) that ``user`` holds today; asked of the database once for each user object."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return []
    if _HELD not in user.__dict__:
        today = timezone.localdate()
        rows = user.assignments.filter(valid_from__lte=today, valid_until__gt=today).select_related("organisation")
        user.__dict__[_HELD] = [(row.role, row.organisation) for row in rows.order_by("organisation__path", "pk")]
    return list(user.__dict__[_HELD])


def _above(*roles: str) -> rules.Predicate:
    """One of ``roles`` is held at the organisation or above it."""

    @rules.predicate(name=f"holds {' or '.join(roles)} at or above")
    def holds(user: User | AnonymousUser, organisation: Organisation) -> bool:
        return any(role in roles and organisation.path.startswith(at.path) for role, at in held_roles(user))

    return holds


@rules.predicate
def reports_here(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """The person is a reporter of this very unit."""
    return any(role == Role.REPORTER and at.pk == organisation.pk for role, at in held_roles(user))


_reviews = _above(Role.REVIEWER, Role.STEWARD)
_decides = _above(Role.REVIEWER, Role.STEWARD, Role.LEADER, Role.ADMINISTRATOR)
_PERMISSIONS: dict[str, rules.Predicate] = {
    RECORD: reports_here | _reviews,
    SUBMIT: reports_here | _reviews,
    APPROVE: _reviews | _above(Role.LEADER),
    VOID: _reviews,
    MERGE: _reviews,
    PLAN: _reviews,
    SET_RULE: _above(Role.STEWARD, Role.ADMINISTRATOR),
    # Documents and sheets: what comes of them are drafts. One file often tells of units below.
    TAKE_IN: _above(Role.REPORTER) | _reviews,
    HAND_UP: _decides,
    OPEN_LOCK: _decides,
    DECLARE_NOTHING: _above(Role.REPORTER) | _decides,
}
for _verb, _predicate in _PERMISSIONS.items():
    rules.set_rule(f"registers.{_verb}", _predicate)


def may(user: User | AnonymousUser, verb: str, organisation: Organisation) -> bool:
    """Return whether ``user`` may do ``verb`` (one of the constants above) to what belongs to ``organisation``."""
    return bool(rules.test_rule(f"registers.{verb}", user, organisation))


def require(user: User | AnonymousUser, verb: str, organisation: Organisation) -> None:
    """Raise PermissionDenied unless ``user`` may do ``verb`` for ``organisation``."""
    if not may(user, verb, organisation):
        raise PermissionDenied(f"{verb} {organisation.code}")


def merging_office(user: User | AnonymousUser, organisations: Iterable[Organisation]) -> Organisation | None:
    """Return the lowest office of ``user`` that stands above all ``organisations`` and may merge there, if any."""
    wanted = list(organisations)
    able = _offices(user, lambda office: all(each.path.startswith(office.path) for each in wanted))
    return able[-1] if able else None


def merges_anywhere(user: User | AnonymousUser) -> bool:
    """Return whether ``user`` may merge records anywhere at all."""
    return bool(_offices(user, lambda office: True))


def _offices(user: User | AnonymousUser, fits: Callable[[Organisation], bool]) -> list[Organisation]:
    """The offices of ``user`` that may merge and that fit, those further up first."""
    return [office for _, office in held_roles(user) if fits(office) and may(user, MERGE, office)]
