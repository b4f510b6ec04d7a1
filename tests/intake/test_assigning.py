"""Whose document it is, by the name in its text."""

import pytest

from kexie.intake.assigning import own_name, unit_named
from kexie.orgs.models import Organisation

COUNTY = Organisation(code="C", name="青禾县科学技术协会", short_name="青禾县科协")
TOWNSHIP = Organisation(code="T", name="柳湾镇科学技术协会", short_name="柳湾镇科协")
OTHER = Organisation(code="U", name="柳林镇科学技术协会", short_name="柳林镇科协")
SOCIETY = Organisation(code="S", name="青禾县农学会", short_name="农学会")
ALL = [COUNTY, TOWNSHIP, OTHER, SOCIETY]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("柳湾镇科协", "T"),
        ("柳湾镇科学技术协会", "T"),
        ("青禾县柳湾镇科协", "T"),
        ("青禾县科协", "C"),
        ("县农学会", "S"),
        ("柳湾镇人民政府", "T"),
        ("石桥镇科协", None),
        ("**镇科协", None),
        ("科协", None),
        ("", None),
        (None, None),
    ],
)
def test_the_unit_whose_own_name_is_there(name: str | None, expected: str | None) -> None:
    found = unit_named(name, ALL)
    assert (found.code if found else None) == expected


def test_two_units_of_one_name_are_none() -> None:
    twin = Organisation(code="W", name="柳湾镇科协", short_name="柳湾镇科协")
    assert unit_named("柳湾镇科协", [TOWNSHIP, twin]) is None


def test_what_all_names_share_is_no_name() -> None:
    assert own_name("青禾县科学技术协会") == "青禾县"
    assert own_name("XX街道办事处") == ""
