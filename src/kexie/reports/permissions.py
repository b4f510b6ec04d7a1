"""Who may do what with the reports of an office: predicates like those of the registers, asked in the same way.

Whether a person may *see* a report is another question, and ``Report.objects.visible_to`` answers it first (404).
"""

import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from kexie.orgs.models import Organisation, Role, User
from kexie.registers.permissions import held_roles

EDIT, REVIEW, ISSUE = "edit", "review", "issue"
_ROLES: dict[str, frozenset[str]] = {
    EDIT: frozenset({Role.REVIEWER, Role.STEWARD, Role.LEADER, Role.ADMINISTRATOR}),
    REVIEW: frozenset({Role.REVIEWER, Role.STEWARD, Role.LEADER}),
    ISSUE: frozenset({Role.LEADER}),
}


def _holder(roles: frozenset[str]) -> rules.Predicate:
    @rules.predicate(name=f"holds {' or '.join(sorted(roles))} at or above")
    def holds(user: User | AnonymousUser, organisation: Organisation) -> bool:
        return any(role in roles and organisation.path.startswith(at.path) for role, at in held_roles(user))

    return holds


for _verb, _who in _ROLES.items():
    rules.set_rule(f"reports.{_verb}", _holder(_who))


def may(user: User | AnonymousUser, verb: str, organisation: Organisation) -> bool:
    """Return whether ``user`` may do ``verb`` (one of the constants above) with reports of ``organisation``."""
    return bool(rules.test_rule(f"reports.{verb}", user, organisation))


def require(user: User | AnonymousUser, verb: str, organisation: Organisation) -> None:
    """Raise PermissionDenied unless ``user`` may do ``verb`` with reports of ``organisation``."""
    if not may(user, verb, organisation):
        raise PermissionDenied(f"{verb} {organisation.code}")
