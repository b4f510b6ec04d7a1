"""Who counts a posting: the ancestors of its organisation on the day of booking. And what if these change."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache

from django.db import transaction
from django.db.models import Max, Q

from kexie.core.bulk import BATCH, batched
from kexie.orgs.locking import lock_tree
from kexie.orgs.models import ids_of_path
from kexie.orgs.queries import Standings
from kexie.totals.holdings import hold_all
from kexie.totals.models import Posting, Stamp
from kexie.totals.refusals import Unplaced
from kexie.totals.services.sums import arrive

Step = tuple[int, int | None, bool]  # ancestor, the child of it on the way down (None: its own), outside


@lru_cache(maxsize=30_000)
def _steps(path: str, department_depth: int) -> tuple[Step, ...]:
    ids = ids_of_path(path)
    children = [*ids[1:], None]
    return tuple(
        (ancestor, child, depth < department_depth)
        for depth, (ancestor, child) in enumerate(zip(ids, children, strict=True))
    )


def steps_of(
    *, organisation: int, booked: date, day: date, standings: Standings, indicators: Iterable[int] = ()
) -> tuple[Step, ...]:
    """Return who counts what ``organisation`` did on ``day`` and what is booked on ``booked``, from the root down.

    A unit that was not there on the day of its merge group stands as on its own day. Raises Unplaced, which names the
    stocks among ``indicators``.
    """
    for each in (booked, day):
        place = standings.on(organisation, each)
        if place is not None:
            return _steps(*place)
    raise Unplaced(organisation=organisation, day=day, indicators=indicators)


def restamp(
    *, organisations: Iterable[int], progress: Callable[[int, int, str], None] = lambda done, total, message: None
) -> int:
    """Book the postings of these organisations again whose stamps are not those of the tree as it is told now.

    In batches, each in a transaction of its own, so totals are right at every moment, and doing it again goes on where
    it was interrupted. Those merged with one that is booked again are, too. ``progress`` is told how many of all the
    postings were looked at. Returns how many were booked again; raises Unplaced, with what was done before kept.
    """
    units = [list(batch) for batch in batched(sorted(set(organisations)))]
    total = sum(Posting.objects.filter(organisation__in=batch).count() for batch in units)
    last = Posting.objects.aggregate(last=Max("pk"))["last"] or 0
    done = changed = 0
    for batch in units:
        with transaction.atomic():
            lock_tree()
            # A stock lies under the tree of each month's end: its place may be another one though its stamps are not.
            if hold_all(organisations=batch):
                arrive()
        after = 0
        while True:
            with transaction.atomic():
                lock_tree()
                rows = Posting.objects.filter(organisation__in=batch, pk__gt=after, pk__lte=last)
                keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
                if not keys:
                    break
                changed += _restamp_postings(keys)
            after = keys[-1]
            done += len(keys)
            progress(min(done, total), total, f"重新计入 {changed} 条")
    return changed


def _restamp_postings(keys: Sequence[int]) -> int:
    from kexie.totals.services.posting import post, posted  # it stamps by this module

    stale = _stale(keys)
    if not stale:
        return 0
    groups = Posting.objects.filter(pk__in=stale, group__isnull=False).values("group")
    again = Posting.objects.filter(Q(pk__in=stale) | Q(group__in=groups))
    told = posted(again)
    post(postings=told)
    return len(told)


def _stale(keys: Sequence[int]) -> list[int]:
    """The postings whose stamps are not those of the tree."""
    rows = list(Posting.objects.filter(pk__in=keys).values_list("pk", "organisation_id", "booked", "day"))
    standings = Standings({organisation for _, organisation, _, _ in rows})
    stamps: dict[int, set[Step]] = {pk: set() for pk in keys}
    held = Stamp.objects.filter(posting__in=keys)
    for pk, ancestor, child, outside in held.values_list("posting_id", "ancestor_id", "child_id", "outside"):
        stamps[pk].add((ancestor, child, outside))
    return [
        pk
        for pk, organisation, booked, day in rows
        if stamps[pk] != set(steps_of(organisation=organisation, booked=booked, day=day, standings=standings))
    ]
