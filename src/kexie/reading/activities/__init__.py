"""Activities: the events that a report tells of.

An event is a name ending in an event noun (讲座, 大赛 …), governed by a verb of holding or joining, that something
singles out: a day, a place, quotation marks, a number or a partner. Each of these adds to its score.
"""

from kexie.reading.activities.find import find

__all__ = ["find"]
