"""What a person chose or wrote on the pages of the registers, with words for what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
from django import forms
from django.http import HttpRequest
from django.urls import reverse

from kexie.core.errors import DomainError
from kexie.core.periods import Period, periods_of_year
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.registers.definitions import NUMERIC, catalogue_registers
from kexie.registers.exchange.told import entry_told
from kexie.registers.models import PartRole, Revision
from kexie.registers.revisions import FigureTold
from kexie.totals.models import Indicator
from kexie.totals.queries import latest_month

_YEARS = 3
_QUALIFIERS = {"exact": "准数", "at_least": "以上", "at_most": "以下", "about": "约"}


@dataclass(frozen=True)
class MergesChoice:
    """Which office's same events, of which period. ``error``: what was wrong with the period in the address."""

    organisation: Organisation
    period: Period
    error: str = ""

    def url(self, **changed: str) -> str:
        """Return the address of the page with something chosen anew."""
        told = {"organisation": self.organisation.code, "period": self.period.code, **changed}
        return f"{reverse('merges:page')}?{urlencode(told)}"

    @property
    def years(self) -> list[Period]:
        """The periods to choose from, the latest year first."""
        last = self.period.year + 1
        return [each for year in range(last, last - _YEARS, -1) for each in periods_of_year(year)]


def read_merges_choice(request: HttpRequest, *, today: date) -> MergesChoice | None:
    """Return what was chosen, None when the person sees no organisation."""
    organisation = chosen_organisation(request)
    if organisation is None:
        return None
    latest = latest_month(organisation)
    default = Period.parse(str(latest // 100 if latest else today.year))
    try:
        return MergesChoice(organisation, Period.parse(request.GET["period"]))
    except KeyError:
        return MergesChoice(organisation, default)
    except DomainError as error:
        return MergesChoice(organisation, default, str(error))


class AmendForm(forms.Form):
    """The common parts of a record: title, days, place, role, and its numbers with their qualifiers."""

    based_on = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label="名称", max_length=200)
    start = forms.DateField(label="开始日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end = forms.DateField(label="结束日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    place = forms.CharField(label="地点", max_length=200, required=False)
    role = forms.ChoiceField(label="承担角色", choices=PartRole.choices)
    partners = forms.CharField(label="合作单位", required=False, help_text="几个单位用顿号隔开")

    def __init__(self, revision: Revision, data: Mapping[str, Any] | None = None) -> None:
        self.revision = revision
        self.told = entry_told(revision)
        initial = {
            "based_on": revision.digest,
            "title": revision.title,
            "start": revision.start,
            "end": revision.end,
            "place": revision.place,
            "role": revision.role,
            "partners": "、".join(revision.partners),
        }
        super().__init__(data, initial=initial)
        self._numbers: dict[str, tuple[Any, Decimal | None, str]] = {}
        if self.told.figures is None:
            definition = catalogue_registers()[self.told.register]
            for field in definition.fields:
                if field.type in NUMERIC:
                    self._add_number(field.key, field.label, self.told.fields.get(field.key))
        else:
            indicators = {each.code: each for each in Indicator.objects.all()}
            for position, figure in enumerate(self.told.figures):
                indicator = indicators[figure.indicator]
                part = "（其中）" if figure.groups or figure.part_of is not None else ""
                self._add_number(str(position), f"{indicator.name}（{indicator.unit}）{part}", figure)

    @property
    def number_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each number's field and that of its qualifier."""
        return [(self[f"n-{key}"], self[f"q-{key}"]) for key in self._numbers]

    def changes(self) -> dict[str, Any]:
        """Return the keys that ``amend`` takes, only those that were changed. Raises DomainError for a number."""
        said = self.cleaned_data
        partners = [name.strip() for name in said["partners"].replace(",", "、").replace("，", "、").split("、")]
        wanted = {
            "title": said["title"].strip(),
            "start": said["start"] or said["end"],
            "end": said["end"],
            "place": said["place"],
            "role": said["role"],
            "partners": [name for name in partners if name],
        }
        changes = {key: value for key, value in wanted.items() if value != getattr(self.told, key)}
        numbers = {key: self._number(key) for key in self._numbers if self._is_changed(key)}
        if numbers and self.told.figures is None:
            fields = {key: value for key, value in self.told.fields.items() if key not in numbers}
            changes["fields"] = {**fields, **{key: value for key, value in numbers.items() if value is not None}}
        elif numbers and self.told.figures is not None:
            changes["figures"] = [
                self._figure(figure, numbers[str(position)]) if str(position) in numbers else figure
                for position, figure in enumerate(self.told.figures)
            ]
        return changes

    def _add_number(self, key: str, label: str, told: Any) -> None:
        value, qualifier = _told_number(told)
        self._numbers[key] = (told, value, qualifier)
        words = dict(_QUALIFIERS) if qualifier in _QUALIFIERS else {**_QUALIFIERS, qualifier: "区间"}
        number = forms.DecimalField(label=label, required=False, min_value=0, initial=value)
        number.widget.attrs["inputmode"] = "decimal"
        number.widget.attrs["step"] = "any"
        self.fields[f"n-{key}"] = number
        self.fields[f"q-{key}"] = forms.ChoiceField(
            label=f"{label}的性质", choices=list(words.items()), initial=qualifier, required=False
        )

    def _is_changed(self, key: str) -> bool:
        _, value, qualifier = self._numbers[key]
        said = self.cleaned_data
        now = said[f"n-{key}"]
        return bool(now != value or (now is not None and (said[f"q-{key}"] or "exact") != qualifier))

    def _number(self, key: str) -> dict[str, Any] | Decimal | int | None:
        """What was written for a number, as the exchange format has it."""
        value, qualifier = self.cleaned_data[f"n-{key}"], self.cleaned_data[f"q-{key}"] or "exact"
        if value is None:
            return None
        if qualifier == "range":
            raise DomainError(f"{self.fields[f'n-{key}'].label}：区间请改成准数、以上、以下或约")
        plain = int(value) if value == value.to_integral_value() else value
        return plain if qualifier == "exact" else {"value": plain, "qualifier": qualifier}

    @staticmethod
    def _figure(figure: FigureTold, number: Any) -> FigureTold:
        if number is None:
            raise DomainError("直接给出的数据不能空着；没有就写 0")
        told = number if isinstance(number, dict) else {"value": number, "qualifier": "exact"}
        return msgspec.structs.replace(
            figure,
            value=Decimal(str(told["value"])),
            qualifier=told["qualifier"],
            low=None,
            high=None,
            low_exclusive=None,
            high_exclusive=None,
        )


def _told_number(told: Any) -> tuple[Decimal | None, str]:
    """Value and qualifier of what was told for a number: a figure, a numeral, or an object with both."""
    if told is None:
        return None, "exact"
    if isinstance(told, FigureTold):
        return told.value, told.qualifier
    if isinstance(told, Mapping):
        value = next((told[key] for key in ("value", "low", "high") if told.get(key) is not None), None)
        return (None if value is None else Decimal(str(value))), str(told.get("qualifier", "exact"))
    return Decimal(str(told)), "exact"
