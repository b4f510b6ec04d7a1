"""Who sees what: the cast is province, county, township, village and an outsider."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.orgs.models import Organisation, Role, RoleAssignment, User
from kexie.orgs.services import assign_role, create_account
from kexie.registers.models import Entry
from kexie.registers.queries import entries_behind
from tests.factories import entry, figure, load_rows, organisation, person, unit

pytestmark = pytest.mark.django_db

TREE = [
    *(unit("P", kind="province"), unit("C", "P", "county"), unit("T", "C"), unit("V", "T", "village")),
    *(unit("T2", "C"), unit("O", "P", "county"), unit("OV", "O", "village")),
]
ALL = {row["code"] for row in TREE}
CAST = {
    "province": ("P", ALL),
    "county": ("C", {"C", "T", "V", "T2"}),
    "township": ("T", {"T", "V"}),
    "village": ("V", {"V"}),
    "outsider": (None, set()),
}


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    """The tree with an entry of every unit: there is something that could leak."""
    rows = [entry(f"of {code}", code, figures=[figure("books", 1)]) for code in sorted(ALL)]
    load_rows(tmp_path, organisations=TREE, entries=rows)
    return tmp_path


def units_seen(user: object) -> set[str]:
    return set(Organisation.objects.visible_to(user).values_list("code", flat=True))  # type: ignore[arg-type]


def entries_seen(user: object) -> set[str]:
    return set(Entry.objects.visible_to(user).values_list("uid", flat=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("who", CAST)
def test_it_shows_a_person_the_own_unit_and_all_below_and_hides_the_rest(tree: Path, who: str, role: str) -> None:
    where, expected_visible = CAST[who]
    expected_hidden = ALL - expected_visible
    user = person(who, where, role)
    assert units_seen(user) == expected_visible
    assert not units_seen(user) & expected_hidden
    assert entries_seen(user) == {f"of {code}" for code in expected_visible}
    assert not entries_seen(user) & {f"of {code}" for code in expected_hidden}


def test_nobody_sees_nothing(tree: Path) -> None:
    assert units_seen(AnonymousUser()) == entries_seen(AnonymousUser()) == set()


@pytest.mark.parametrize(
    ("since", "until", "sees"),
    [(-10, 10, True), (0, 1, True), (-10, 0, False), (1, 10, False)],
    ids=["held", "held today only", "ended yesterday", "begins tomorrow"],
)
def test_a_role_gives_sight_on_its_days_only(tree: Path, since: int, until: int, sees: bool) -> None:
    today = timezone.localdate()
    days = {"since": today + timedelta(days=since), "until": today + timedelta(days=until)}
    user = person("someone", "T", **days)
    assert units_seen(user) == ({"T", "V"} if sees else set())
    assert entries_seen(user) == ({"of T", "of V"} if sees else set())


def test_a_disabled_account_sees_nothing(tree: Path) -> None:
    user = person("someone", "T")
    assert units_seen(user) == {"T", "V"}
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert units_seen(User.objects.get(pk=user.pk)) == set()


def test_roles_at_several_units_add_up(tree: Path) -> None:
    user = person("someone", "V")
    assign_role(user=user, organisation=organisation("O"), role=Role.LEADER, actor="tests")
    assert units_seen(user) == {"V", "O", "OV"}
    assert entries_seen(user) == {"of V", "of O", "of OV"}


def test_a_unit_whose_id_begins_with_the_digits_of_another_is_not_below_it(tmp_path: Path) -> None:
    """/1/ and /12/ share digits, not a line."""
    load_rows(tmp_path, organisations=[unit(f"R{number}", kind="county") for number in range(25)])
    for code in ("R0", "R1", "R2"):
        assert units_seen(person(code, code)) == {code}


class TestRestricted:
    """A reporter sees restricted entries of the own unit only; the other roles see them below too."""

    @pytest.fixture
    def restricted(self, tree: Path) -> Path:
        rows = [
            entry(f"secret {code}", code, visibility="restricted", figures=[figure("gifts", 5)]) for code in sorted(ALL)
        ]
        load_rows(tree, entries=rows)
        return tree

    def secrets(self, user: User) -> set[str]:
        return {uid for uid in entries_seen(user) if uid.startswith("secret")}

    @pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.REPORTER}))
    def test_other_roles_see_those_below(self, restricted: Path, role: str) -> None:
        assert self.secrets(person("someone", "C", role)) == {"secret C", "secret T", "secret V", "secret T2"}

    @pytest.mark.parametrize("where", ["P", "C", "T", "V"])
    def test_a_reporter_sees_the_own_ones_only(self, restricted: Path, where: str) -> None:
        user = person("someone", where, Role.REPORTER)
        assert self.secrets(user) == {f"secret {where}"}
        assert f"of {where}" in entries_seen(user)

    def test_the_entries_behind_a_number_keep_what_is_restricted_to_themselves(self, restricted: Path) -> None:
        asked = {"organisation": organisation("C"), "first_month": 202401, "last_month": 202412, "indicator": "gifts"}
        rows, count = entries_behind(user=person("someone", "C", Role.REPORTER), **asked)  # type: ignore[arg-type]
        assert count == len(rows) == 4
        assert {row.uid for row in rows if not row.hidden} == {"secret C"}
        hidden = [row for row in rows if row.hidden]
        assert {(row.uid, row.title, row.place, row.quote, row.source_name) for row in hidden} == {
            ("", "（受限记录）", "", "", "")
        }
        rows, _ = entries_behind(user=person("other", "C", Role.LEADER), **asked)  # type: ignore[arg-type]
        assert {row.uid for row in rows} == {"secret C", "secret T", "secret V", "secret T2"}

    @pytest.mark.parametrize("counting", ["internal", "restricted"])
    def test_an_amendment_does_not_open_what_still_counts(self, tree: Path, counting: str) -> None:
        first = entry("secret amended", "V", visibility=counting, figures=[figure("gifts", 5)])
        load_rows(tree, entries=[first, {**first, "revision": 2, "status": "submitted", "visibility": "internal"}])
        seen = "secret amended" in entries_seen(person("someone", "C", Role.REPORTER))
        assert seen is (counting == "internal")


def test_the_past_of_a_unit_that_moved_away_stays_in_sight(tmp_path: Path) -> None:
    tree = [
        *(unit("C", kind="county"), unit("T1", "C"), unit("T2", "C")),
        *(unit("V", "T1", "village", to="2023-12-31"), unit("V", "T2", "village", since="2024-01-01")),
    ]
    rows = [
        entry("then", "V", "2023-12-31", figures=[figure("books", 1)]),
        entry("then, draft", "V", "2023-12-31", status="draft"),
        entry("now", "V", "2024-01-01", figures=[figure("books", 1)]),
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    assert entries_seen(person("old", "T1")) == {"then"}
    assert entries_seen(person("new", "T2")) == {"then", "then, draft", "now"}
    assert units_seen(User.objects.get(username="old")) == {"T1"}


class TestAccounts:
    def test_it_creates_an_account_that_sees_nothing_yet(self, tree: Path) -> None:
        user = create_account(username="li", display_name="李", password="a-long-pass-word", actor="tests")
        assert user.check_password("a-long-pass-word")
        assert units_seen(user) == set()
        assert AuditRecord.objects.filter(action="create-account", subject="user:li", actor="tests").count() == 1

    @pytest.mark.parametrize(
        ("username", "password"), [("li", "short"), ("li", "1234567890"), ("taken", "a-long-pass-word")]
    )
    def test_it_refuses_weak_passwords_and_names_that_are_taken(self, tree: Path, username: str, password: str) -> None:
        person("taken", "T")
        before = AuditRecord.objects.count()
        with pytest.raises(DomainError):
            create_account(username=username, display_name="李", password=password, actor="tests")
        assert User.objects.count() == 1
        assert AuditRecord.objects.count() == before

    def test_a_password_never_stands_in_the_audit_trail(self, tree: Path) -> None:
        create_account(username="li", display_name="李", password="a-long-pass-word", actor="tests")
        assert "a-long-pass-word" not in str(list(AuditRecord.objects.values()))

    def test_a_role_given_twice_is_given_once(self, tree: Path) -> None:
        user = person("someone", "T")
        before = AuditRecord.objects.count()
        assign_role(user=user, organisation=organisation("V"), role=Role.LEADER, actor="tests")
        assign_role(user=user, organisation=organisation("V"), role=Role.LEADER, actor="tests")
        assert RoleAssignment.objects.filter(user=user).count() == 2
        assert AuditRecord.objects.count() == before + 1

    def test_it_refuses_an_unknown_role_and_an_empty_time(self, tree: Path) -> None:
        user = person("someone", None)
        today = timezone.localdate()
        with pytest.raises(DomainError, match="没有角色“boss”"):
            assign_role(user=user, organisation=organisation("V"), role="boss", actor="tests")
        with pytest.raises(DomainError, match="不早于"):
            assign_role(
                user=user, organisation=organisation("V"), role=Role.LEADER, actor="tests", since=today, until=today
            )
        assert not RoleAssignment.objects.exists()
