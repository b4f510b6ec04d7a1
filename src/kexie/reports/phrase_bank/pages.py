"""The page of the phrase bank: what an office has entered, the form, and the button that retires a text."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kexie.core.errors import DomainError
from kexie.orgs.choosing import chosen_organisation, organisations_in_sight
from kexie.orgs.models import Organisation, User
from kexie.registers.permissions import WORD, may, require
from kexie.reports.phrase_bank.forms import PhraseForm
from kexie.reports.phrase_bank.models import OfficePhrase
from kexie.reports.phrase_bank.queries import phrases_entered
from kexie.reports.phrase_bank.services import enter_phrase, retire_phrase


def show_phrases(request: HttpRequest) -> HttpResponse:
    """The texts of an office; POST enters one."""
    organisation = chosen_organisation(request)
    if organisation is None:
        raise Http404
    form = PhraseForm(request.POST or None, initial={"first": timezone.localdate().replace(month=1, day=1)})
    problem = ""
    if request.method == "POST":
        require(request.user, WORD, organisation)
        if form.is_valid():
            try:
                _enter(organisation, form, request)
            except DomainError as error:
                problem = str(error)
            else:
                messages.success(request, "已存下，以后的总结照原文使用")
                return HttpResponseRedirect(_back(request, organisation))
    context = {
        "organisation": organisation,
        "organisations": organisations_in_sight(request),
        "phrases": phrases_entered(organisation),
        "form": form if may(request.user, WORD, organisation) else None,
        "problem": problem,
        "today": timezone.localdate(),
        "next": request.POST.get("next", ""),
    }
    return render(request, "reports/phrases.html", context, status=400 if request.method == "POST" else 200)


@require_POST
def retire(request: HttpRequest, phrase: int) -> HttpResponse:
    """Stop using a text from today on."""
    visible = OfficePhrase.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    row = get_object_or_404(visible.select_related("organisation"), pk=phrase)
    require(request.user, WORD, row.organisation)
    assert isinstance(request.user, User)
    try:
        retire_phrase(phrase=row, day=timezone.localdate(), actor=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"{reverse('reports:phrases')}?organisation={row.organisation.code}")


def _enter(organisation: Organisation, form: PhraseForm, request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    told = form.cleaned_data
    enter_phrase(
        organisation=organisation,
        sort=told["sort"],
        text=told["text"],
        source=told["source"],
        valid_from=told["first"],
        valid_until=form.until,
        actor=request.user,
    )


def _back(request: HttpRequest, organisation: Organisation) -> str:
    """Where the person came from (the report that asked for the text), if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return f"{reverse('reports:phrases')}?organisation={organisation.code}"
