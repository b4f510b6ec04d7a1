"""One event under two dates."""

from collections.abc import Sequence

from kexie.reading.model import Activity, Check

_INNER = str.maketrans("“”", "‘’")  # quotation marks inside quotation marks


def two_dates(found: Sequence[Activity]) -> list[Check]:
    """Events with one name and one place on different days: one event told under two dates, perhaps."""
    checks = []
    seen: dict[tuple[str, str | None], Activity] = {}
    for activity in found:
        if activity.start_date is None or len(activity.title) < 8:
            continue
        key = (activity.title, activity.place)
        earlier = seen.setdefault(key, activity)
        if earlier.start_date != activity.start_date:
            title = activity.title.translate(_INNER)
            message = f"“{title}”有两个日期：{earlier.start_date}与{activity.start_date}，请核对是否为同一次活动"
            checks.append(Check("two dates", message, ((earlier.start, earlier.end), (activity.start, activity.end))))
    return checks
