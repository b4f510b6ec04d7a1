"""The organisation tree, its dated history, accounts and roles.

``OrganisationVersion`` is the history as it was told: name, kind, parent, order, from when until when.
``Lineage`` is derived from it: on which days an organisation stood at which path. Both are changed only by
``orgs.services``. Days are half-open: ``[valid_from, valid_until)``.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from kexie.orgs.querysets import OrganisationQuerySet

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGINNING = date(1, 1, 1)
END = date(9999, 12, 31)


class Kind(models.TextChoices):
    """Kinds of organisation; the values are those of the exchange format."""

    PROVINCE = "province", "省级科协"
    CITY = "city", "市级科协"
    COUNTY = "county", "县级科协"
    TOWNSHIP = "township", "乡镇（街道）科协"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村"
    ASSOCIATION = "association", "协会"
    SOCIETY = "society", "学会"
    ENTERPRISE = "enterprise", "企业科协"
    UNIVERSITY = "university", "高校科协"
    ELDER_ASSOCIATION = "elder-association", "老科协"
    BASE = "base", "基地"
    SCHOOL = "school", "学校"
    DEPARTMENT = "department", "成员单位"


class Organisation(models.Model):
    """A node of the tree as it stands today (or stood on its last day)."""

    code = models.CharField("代码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    order = models.IntegerField("规范顺序", default=0)
    parent = models.ForeignKey(
        "self", verbose_name="上级", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField("路径", max_length=400, db_index=True)
    valid_from = models.DateField("成立日期", default=BEGINNING)
    valid_until = models.DateField("撤销日期", default=END, help_text="不再存在的第一天")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        verbose_name = verbose_name_plural = "组织"
        constraints = (
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_until")), name="organisation_exists_a_day"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="organisation_kind_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ancestor_ids(self) -> "Sequence[int]":
        """Ids from the root down to this organisation itself."""
        return ids_of_path(self.path)


class OrganisationVersion(models.Model):
    """What an organisation was called and where it stood from one day until another."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    order = models.IntegerField("规范顺序", default=0)
    parent = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField("自", default=BEGINNING)
    valid_until = models.DateField("至（不含）", default=END)
    successor = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("organisation_id", "valid_from")
        verbose_name = verbose_name_plural = "组织沿革"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "valid_from"), name="version_starts_once"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_until")), name="version_lasts_a_day"),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("organisation")), name="version_succeeded_by_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}–{self.valid_until}"


class Lineage(models.Model):
    """On the days ``[valid_from, valid_until)`` the organisation stood at ``path`` (ids from the root, with slashes).

    ``department_depth`` is the depth of the deepest node of the path that is a member department, or -1: what is
    booked there is outside the 科协系统 of every organisation above that node.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="lineages")
    parent = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=400, db_index=True)
    department_depth = models.SmallIntegerField(default=-1)
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        ordering = ("organisation_id", "valid_from")
        # Of most units there is one lineage without an end: those that are of another time are found by these.
        indexes = (models.Index(fields=("valid_until",)), models.Index(fields=("valid_from",)))
        constraints = (
            models.UniqueConstraint(fields=("organisation", "valid_from"), name="lineage_starts_once"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_until")), name="lineage_lasts_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.path} {self.valid_from}–{self.valid_until}"


def ids_of_path(path: str) -> list[int]:
    """Return ``"/1/5/37/"`` as ``[1, 5, 37]``."""
    return [int(part) for part in path.split("/") if part]


class User(AbstractUser):
    """A person who may log in. What the person sees and may do comes from role assignments alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=60)

    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()  # type: ignore[misc]  # AbstractUser declares it as a class variable

    class Meta(AbstractUser.Meta):
        verbose_name = verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def _first_assignment(self) -> "RoleAssignment | None":
        today = timezone.localdate()
        held = self.assignments.filter(valid_from__lte=today, valid_until__gt=today)
        return held.select_related("organisation").order_by("organisation__path", "pk").first()

    @property
    def office(self) -> Organisation | None:
        """The first organisation where this person holds a role today, None without one."""
        return self._first_assignment.organisation if self._first_assignment else None

    @property
    def role_words(self) -> str:
        """The role there, in words."""
        return self._first_assignment.get_role_display() if self._first_assignment else ""

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Role(models.TextChoices):
    REPORTER = "reporter", "填报员"
    REVIEWER = "reviewer", "审核员"
    STEWARD = "steward", "台账管理员"
    LEADER = "leader", "领导"
    ADMINISTRATOR = "administrator", "管理员"


class RoleAssignment(models.Model):
    """A person has a role at an organisation and for all below it, from one day until another."""

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(
        Organisation, verbose_name="组织", on_delete=models.CASCADE, related_name="assignments"
    )
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    valid_from = models.DateField("自", default=BEGINNING)
    valid_until = models.DateField("至（不含）", default=END)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organisation", "role", "valid_from"), name="role_assigned_once_a_day"
            ),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_until")), name="role_lasts_a_day"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.organisation}"
