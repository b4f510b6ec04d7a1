"""What became of each printed number of a report when somebody wrote it anew. Pure."""

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["right", "changed", "added", "gone"]
KINDS: dict[FindingKind, str] = {"changed": "改过", "added": "新增，没有来源", "gone": "没有了", "right": "还对"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of one printed number; ``before`` or ``now`` is "" where there is none; ``place`` are its words."""

    kind: FindingKind
    before: str = ""
    now: str = ""
    name: str = ""
    place: str = ""
