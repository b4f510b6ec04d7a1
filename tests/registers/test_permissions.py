"""Who may do what: each role at each place, against a table written by hand."""

from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from kexie.orgs.models import Role
from kexie.registers import permissions
from kexie.registers.permissions import may, merging_office, require
from tests.factories import load_rows, organisation, person, unit

pytestmark = pytest.mark.django_db

TREE = [unit("P", kind="province"), unit("C", "P", "county"), unit("T", "C"), unit("V", "T", "village"), unit("X", "C")]
VERBS = (
    permissions.RECORD,
    permissions.SUBMIT,
    permissions.APPROVE,
    permissions.VOID,
    permissions.MERGE,
    permissions.SET_RULE,
    permissions.TAKE_IN,
    permissions.HAND_UP,
    permissions.OPEN_LOCK,
    permissions.DECLARE_NOTHING,
)
REACHES_DOWN = {permissions.TAKE_IN, permissions.DECLARE_NOTHING}  # for a reporter, too
DECIDES = {permissions.HAND_UP, permissions.OPEN_LOCK, permissions.DECLARE_NOTHING}
# What a person with the role at T may do at T itself; below it the same, but for the reporter, who may do less.
ALLOWED = {
    Role.REPORTER: {permissions.RECORD, permissions.SUBMIT, *REACHES_DOWN},
    Role.REVIEWER: {*VERBS} - {permissions.SET_RULE},
    Role.STEWARD: {*VERBS},
    Role.LEADER: {permissions.APPROVE, *DECIDES},
    Role.ADMINISTRATOR: {permissions.SET_RULE, *DECIDES},
}


@pytest.fixture(autouse=True)
def tree(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("verb", VERBS)
def test_a_role_reaches_down_and_neither_up_nor_aside(role: str, verb: str) -> None:
    user = person("who", "T", role)
    allowed = verb in ALLOWED[Role(role)]
    below = allowed and (role != Role.REPORTER or verb in REACHES_DOWN)
    expected = {"T": allowed, "V": below, "C": False, "P": False, "X": False}
    assert {code: may(user, verb, organisation(code)) for code in expected} == expected
    if not allowed:
        with pytest.raises(PermissionDenied):
            require(user, verb, organisation("T"))


@pytest.mark.parametrize("verb", VERBS)
def test_without_a_role_of_today_nothing_is_allowed(verb: str) -> None:
    former = person("former", "C", Role.STEWARD, until=date(2020, 1, 1))
    stopped = person("stopped", "C", Role.STEWARD)
    stopped.is_active = False
    for user in (AnonymousUser(), person("nobody", None), former, stopped):
        assert not may(user, verb, organisation("T"))


def test_an_office_merges_what_stands_below_it() -> None:
    county, township = person("county", "C", Role.STEWARD), person("township", "T")
    at = [organisation("T"), organisation("V")]
    assert merging_office(township, at) == organisation("T")
    assert merging_office(county, at) == organisation("C")
    assert merging_office(township, [*at, organisation("X")]) is None
    assert merging_office(county, [organisation("P")]) is None
    assert merging_office(person("leader", "C", Role.LEADER), at) is None
