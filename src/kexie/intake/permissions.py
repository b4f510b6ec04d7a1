"""Who may do what with documents: whoever reports for a unit takes in, whoever reviews there confirms."""

from kexie.orgs.models import Organisation, Role, User
from kexie.orgs.querysets import paths_of


def may_take_in(user: User, organisation: Organisation) -> bool:
    """Say whether ``user`` holds any role at ``organisation`` or above it."""
    return any(organisation.path.startswith(path) for path in paths_of(user))


def may_confirm(user: User, organisation: Organisation) -> bool:
    """Say whether ``user`` may let records of ``organisation`` count: a role other than reporter, there or above."""
    return any(organisation.path.startswith(path) for path in paths_of(user, but=Role.REPORTER))
