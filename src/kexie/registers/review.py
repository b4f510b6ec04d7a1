"""What review means for a unit, and what a record says of how it was reviewed: rule, 补录, 代录, one person alone."""

from datetime import date, timedelta

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kexie.catalogue import load_typed
from kexie.core.errors import DomainError
from kexie.core.periods import last_day, month_of
from kexie.core.services import audit
from kexie.orgs.models import Organisation, User
from kexie.registers.models import ReviewRule, Revision, Status

Rule = ReviewRule.Rule
LATE, ON_BEHALF, ALONE = "补录", "代录", "一人录入并通过"


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of catalogue/review.yaml."""

    rule: str
    late_after_days: int


def review_rule(organisation: Organisation) -> Rule:
    """Return the rule that holds for ``organisation``: its own, or that of the nearest unit above, or the default."""
    rows = ReviewRule.objects.filter(organisation__in=organisation.ancestor_ids).order_by("-organisation__path")
    own = rows.values_list("rule", flat=True).first()
    return Rule(own or load_typed("review", Review).rule)


@transaction.atomic
def set_review_rule(*, organisation: Organisation, rule: str, actor: str) -> None:
    """Let ``rule`` hold for ``organisation`` and below; ``""`` takes its own rule away. Raises DomainError."""
    if rule and rule not in Rule.values:
        raise DomainError(f"没有审核规则“{rule}”，可用：{'、'.join(Rule.values)}")
    if rule:
        ReviewRule.objects.update_or_create(organisation=organisation, defaults={"rule": rule})
    else:
        ReviewRule.objects.filter(organisation=organisation).delete()
    audit(actor=actor, action="set-review-rule", subject=f"organisation:{organisation.code}", rule=rule)


def check_reviewer(*, revision: Revision, user: User | None) -> None:
    """Raise DomainError when the unit's rule wants another person than ``user``, who wrote or corrected ``revision``.

    A command (None) acts with the rights of whoever may start it.
    """
    if user is None or user.pk not in (revision.created_by_id, revision.changed_by_id):
        return
    if review_rule(revision.organisation) == Rule.OTHER:
        raise DomainError(f"“{revision.title}”是您自己录的，{revision.organisation.short_name}的记录要由他人审核")


def check_reviewers(*, revisions: QuerySet[Revision], user: User | None) -> None:
    """Do ``check_reviewer`` for all of ``revisions`` at once."""
    if user is None:
        return
    own = revisions.filter(Q(created_by=user) | Q(changed_by=user)).select_related("organisation")
    rules: dict[int, Rule] = {}
    for revision in own.order_by("pk"):
        organisation = revision.organisation
        if organisation.pk not in rules:
            rules[organisation.pk] = review_rule(organisation)
        if rules[organisation.pk] == Rule.OTHER:
            check_reviewer(revision=revision, user=user)


def marks_of(first: Revision, shown: Revision) -> list[str]:
    """Return what the record says of itself, as words for chips: late, entered on behalf, one person alone.

    ``first`` is the entry's first revision, ``shown`` the one that is shown. All are derived, never typed. Of what a
    file or command brought it is not known who wrote it down and when, so it carries no marks.
    """
    marks = []
    if first.created_by_id is not None:
        if is_late(first, shown.end):
            marks.append(LATE)
        if is_on_behalf(first):
            marks.append(ON_BEHALF)
    decided_by = shown.decided_by_id if shown.status == Status.APPROVED else None
    if decided_by is not None and decided_by in (shown.created_by_id, shown.changed_by_id):
        marks.append(ALONE)
    return marks


def is_late(first: Revision, end: date | None) -> bool:
    """Return whether what ended on ``end`` was written down more than ``late_after_days`` after that month."""
    if end is None:
        return False
    due = last_day(month_of(end)) + timedelta(days=load_typed("review", Review).late_after_days)
    return timezone.localdate(first.created_at) > due


def is_on_behalf(first: Revision) -> bool:
    """Return whether whoever wrote the entry down held no role at its own unit on that day."""
    if first.created_by is None:
        return False
    day = timezone.localdate(first.created_at)
    held = first.created_by.assignments.filter(valid_from__lte=day, valid_until__gt=day)
    return not held.filter(organisation=first.organisation_id).exists()
