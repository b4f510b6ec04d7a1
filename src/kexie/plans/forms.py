"""What a person chooses and types on the page of targets."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.plans.models import Comparator, Strength
from kexie.plans.services import TargetTold
from kexie.totals.models import Indicator, IndicatorKind


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The unit and the period of the page; ``error`` says what is wrong with the period that was asked for."""

    organisation: Organisation
    period: Period
    error: str = ""

    def url(self, **changed: str) -> str:
        values = {"organisation": self.organisation.code, "period": self.period.code, **changed}
        return f"{reverse('plans:page')}?{urlencode(values)}"


def read_choice(request: HttpRequest, *, today: date) -> Choice | None:
    """Return what was chosen; None when the person sees no organisation. One out of sight is 404."""
    organisation = chosen_organisation(request)
    if organisation is None:
        return None
    asked = request.GET.get("period", "").strip()
    try:
        return Choice(organisation=organisation, period=Period.parse(asked or str(today.year)))
    except DomainError as problem:
        return Choice(organisation=organisation, period=Period.parse(str(today.year)), error=str(problem))


class TargetForm(forms.Form):
    """A target as it is typed; with an indicator its progress is computed."""

    metric = forms.CharField(label="目标", max_length=120, help_text="写名词，如：科普讲座")
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), to_field_name="code", required=False, label="指标", empty_label="没有对应的指标"
    )
    comparator = forms.ChoiceField(label="比较", choices=[(key, word or "等于") for key, word in Comparator.choices])
    value = forms.DecimalField(label="目标值", min_value=0, max_digits=14, decimal_places=2)
    unit = forms.CharField(label="计量单位", max_length=12, required=False, help_text="有指标的，用指标的单位")
    strength = forms.ChoiceField(label="力度", choices=Strength.choices)
    due = forms.DateField(label="完成时限", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    assigned_by = forms.CharField(label="交办单位", max_length=120, required=False)
    responsible = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="code", required=False, label="责任单位", empty_label="未定"
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicators = Indicator.objects.filter(
            kind__in=(IndicatorKind.FLOW, IndicatorKind.STOCK, IndicatorKind.DISTINCT)
        )
        self.fields["indicator"].queryset = indicators  # type: ignore[attr-defined]
        below = Organisation.objects.below(organisation).in_official_order()
        self.fields["responsible"].queryset = below  # type: ignore[attr-defined]

    def told(self) -> TargetTold:
        """Return what was typed, once it is valid."""
        data = self.cleaned_data
        return TargetTold(
            metric=data["metric"],
            value=data["value"],
            indicator=data["indicator"].code if data["indicator"] else "",
            unit=data["unit"],
            comparator=data["comparator"],
            strength=data["strength"],
            due=data["due"],
            assigned_by=data["assigned_by"],
        )
