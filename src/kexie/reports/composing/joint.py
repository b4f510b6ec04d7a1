"""The sentence that opens a chapter: on what ground, and together with whom (report-writing rules §4)."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from kexie.catalogue import load
from kexie.orgs.models import Organisation
from kexie.registers.models import PartRole
from kexie.reports.composing.happenings import HOSTING
from kexie.reports.composing.spans import Spans
from kexie.reports.material import PARTNERS, Material, make_number
from kexie.reports.model import Number, Text
from kexie.reports.phrases import Office, summary_words
from kexie.reports.wording import Reading


@dataclass(frozen=True)
class Joint:
    """With whom: ``names`` in the official order, ``entries`` that name them, ``verb`` 联合 or 配合."""

    names: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()
    verb: str = ""


def joint_of(material: Material, work_area: str | None) -> Joint:
    """Return the partners of what was hosted (联合); where nothing was, of what was helped with (配合).

    What was only taken part in has no partners of ours. The office itself and the units below it are none either.
    """
    words = summary_words().joint
    happenings = [each for each in material.happenings(work_area) if each.partners and each.may_be_told]
    for verb, roles in ((words.hosted, HOSTING), (words.helped, (PartRole.CO_ORGANISE,))):
        chosen = [each for each in happenings if each.role in roles]
        names = _in_order(material.organisation, Counter(name for each in chosen for name in set(each.partners)))
        if names:
            return Joint(tuple(names), tuple(each.entry for each in chosen), verb)
    return Joint()


def partners_number(material: Material, work_area: str | None, joint: Joint) -> Number:
    """Return how many partners there are; what stands behind it are the entries that name them."""
    value = Decimal(len(joint.names))
    query = material.query("partner_units", work_area=work_area, where=PARTNERS)
    return make_number(
        total=Reading(value=value, low=value, high=value), query=query, style=material.style, entries=len(joint.entries)
    )


def write_ground(*, material: Material, office: Office, work_area: str, place: int) -> Spans:
    """Return the opening sentence of a chapter; none without a theme day or a partner.

    ``place`` is that of the chapter: the frames take turns.
    """
    words = summary_words().joint
    names = _campaigns(material, work_area)
    joint = joint_of(material, work_area)
    if not names and not joint.names:
        return []
    frame = words.grounds[place % len(words.grounds)]
    spans: Spans = [Text(text=frame.format(campaigns="、".join(names)))] if names else []
    if joint.names:
        named = "、".join(joint.names[: words.most])
        spans.append(Text(text=f"{joint.verb}{named}"))
        if len(joint.names) > words.most:
            spans += [Text(text="等"), partners_number(material, work_area, joint), Text(text=words.units)]
    attended = all(each.role not in (*HOSTING, PartRole.CO_ORGANISE) for each in material.happenings(work_area))
    done = summary_words().activities[work_area].replace("{n}", "")
    return [*spans, Text(text=(attend(done) if attended else done) + "。")]


def attend(phrase: str, *, only: bool = True) -> str:
    """Return a phrase of hosting (举办……) as one of taking part: 参加, or 组织和参加 when it was both."""
    words = summary_words().joint
    verb = next((verb for verb in words.hosting_verbs if phrase.startswith(verb)), None)
    return phrase if verb is None else (words.attending if only else words.both) + phrase.removeprefix(verb)


def _campaigns(material: Material, work_area: str) -> list[str]:
    """The names of the theme days that most entries belong to, in the order of the year."""
    words = summary_words().joint
    known = {item["code"]: item for item in load("campaigns")}
    hosted = [each for each in material.happenings(work_area) if each.may_be_told]
    count = Counter(code for each in hosted for code in set(each.campaigns) if code in known)
    chosen = [code for code, entries in count.most_common(words.most_campaigns) if entries >= words.least_entries]
    return [known[code]["name"] for code in sorted(chosen, key=lambda code: (known[code]["month"], code))]


def _in_order(organisation: Organisation, names: Counter[str]) -> list[str]:
    """The partners in the official order; those that are no units of the tree behind them, the most frequent first."""
    if not names:
        return []
    rows = Organisation.objects.filter(Q(name__in=names) | Q(short_name__in=names) | Q(code__in=names))
    known: dict[str, Organisation] = {}
    for row in sorted(rows, key=lambda each: (each.path != organisation.path, each.order, each.code), reverse=True):
        known.update({row.name: row, row.short_name: row, row.code: row})
    partners: dict[int, Organisation] = {}
    for name in names:
        if name in known and _is_partner(organisation, known[name]):
            partners[known[name].pk] = known[name]
    ordered = sorted(partners.values(), key=lambda row: (row.order, row.code))
    # 县科协, as people write it, is 青禾县科协 itself.
    strangers = [name for name in names if name not in known and not organisation.short_name.endswith(name)]
    return [*(row.short_name for row in ordered), *sorted(strangers, key=lambda name: (-names[name], name))]


def _is_partner(organisation: Organisation, other: Organisation) -> bool:
    """Whether another unit is a partner: neither above nor below, but for member departments."""
    below = other.path.startswith(organisation.path)
    return other.pk not in organisation.ancestor_ids and (not below or other.kind == "department")
