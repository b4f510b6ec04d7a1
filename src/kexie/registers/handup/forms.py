"""What a person chooses or fills in on the pages of handing up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation


@dataclass(frozen=True, slots=True)
class Choice:
    """The organisation and the period of a page."""

    organisation: Organisation
    period: Period

    def url(self, name: str = "handup:page", **changed: str) -> str:
        """Return the address of a page with the choice, and something of it chosen anew."""
        values = {"organisation": self.organisation.code, "period": self.period.code, **changed}
        return f"{reverse(name)}?{urlencode({key: value for key, value in values.items() if value})}"


def read_choice(request: HttpRequest, *, today: date) -> Choice | None:
    """Return what the address names; without a period the last month that is over. None: the person sees nothing.

    A period that is none is 404, like an organisation out of sight.
    """
    organisation = chosen_organisation(request)
    if organisation is None:
        return None
    code = request.GET.get("period", "")
    try:
        period = Period.parse(code) if code else Period.parse(f"{today.replace(day=1) - timedelta(days=1):%Y-%m}")
    except DomainError as error:
        raise Http404 from error
    return Choice(organisation, period)


class HandUpForm(forms.Form):
    occasion = forms.CharField(label="事由", max_length=100, help_text="如“2024年年报”，写在锁定和编号旁边")


class ExceptionForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, help_text="会记在下一号上报旁边")
    until = forms.DateField(
        label="开到", widget=forms.DateInput(attrs={"type": "date"}), help_text="含这一天，过了自动锁上"
    )

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if day < timezone.localdate():
            raise forms.ValidationError("这一天已经过了")
        return day

    @property
    def moment(self) -> datetime:
        """The end of the chosen day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"] + timedelta(days=1), time.min))


def numbers_from(given: Any, last: int) -> tuple[int, int | None]:
    """Return the number to look from and the one to look to (None: now). 404 for what is none.

    Without any: from the last to now.
    """
    try:
        first, to = int(given.get("from") or last), int(given.get("to") or 0)
    except ValueError as error:
        raise Http404 from error
    if not 1 <= first <= last or (to and not first < to <= last):
        raise Http404
    return first, to or None
