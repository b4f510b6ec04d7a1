"""``{% phrase_prompt choice %}``: the form for the texts that a summary lacks, in place."""

from typing import Any

from django import template
from django.template import RequestContext

from kexie.registers.permissions import WORD, may
from kexie.reports.forms import Choice
from kexie.reports.phrase_bank.forms import PhraseForm
from kexie.reports.phrase_bank.models import PhraseSort
from kexie.reports.phrase_bank.queries import phrases_of

register = template.Library()


@register.inclusion_tag("reports/phrase_prompt.html", takes_context=True)
def phrase_prompt(context: RequestContext, choice: Choice) -> dict[str, Any]:
    """Ask for the texts that are missing or out of date; whoever may not enter them sees nothing."""
    request = context["request"]
    day = choice.period.end
    missing = phrases_of(organisation=choice.organisation, day=day).missing
    if not may(request.user, WORD, choice.organisation):
        return {}
    if not missing:
        return {"organisation": choice.organisation}
    first = choice.period.start.replace(month=1, day=1)
    return {
        "asked": [PhraseSort(sort).label for sort in missing],
        "form": PhraseForm(initial={"sort": missing[0], "first": first, "last": first.replace(month=12, day=31)}),
        "organisation": choice.organisation,
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
