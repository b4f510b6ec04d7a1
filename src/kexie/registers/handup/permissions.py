"""Who may hand up, open an exception, and declare that there is nothing. Asked by pages and verbs alike."""

import rules

from kexie.orgs.models import Organisation, Role, User
from kexie.orgs.querysets import paths_of

HAND_UP = "handup.hand_up"
OPEN_LOCK = "handup.open_lock"
DECLARE_NOTHING = "handup.declare_nothing"


@rules.predicate
def decides_at_or_above(user: User, organisation: Organisation) -> bool:
    """A reviewer, steward, leader or administrator of the organisation, or of an office above it."""
    return any(organisation.path.startswith(path) for path in paths_of(user, but=Role.REPORTER))


@rules.predicate
def works_at_or_above(user: User, organisation: Organisation) -> bool:
    """Anybody with a role there, a reporter too."""
    return any(organisation.path.startswith(path) for path in paths_of(user))


rules.add_perm(HAND_UP, decides_at_or_above)
rules.add_perm(OPEN_LOCK, decides_at_or_above)
rules.add_perm(DECLARE_NOTHING, works_at_or_above)


def may(user: object, permission: str, organisation: Organisation) -> bool:
    """Whether ``user`` may do what ``permission`` names with ``organisation``."""
    return bool(rules.has_perm(permission, user, organisation))
