"""Error pages, in words and with the next step; the front door; background jobs of the person who looks."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kexie.core.errors import DomainError
from kexie.core.models import Job
from kexie.core.registry import desk, job_kinds, menu
from kexie.core.services import cancel_job

_SHOWN_JOBS = 50


def home(request: HttpRequest) -> HttpResponse:
    """The desk (工作台): what each room has to say to this person; who has none is led to the first room."""
    rooms = menu.shown(request)
    if not rooms:
        return render(request, "403.html", status=403)
    if rooms[0].url != request.path:
        return HttpResponseRedirect(rooms[0].url)
    columns: tuple[list[str], list[str]] = ([], [])
    for panel in desk.shown(request):
        columns[panel.aside].append(render_to_string(panel.template, panel.context, request))
    context = {"panels": columns[False], "asides": columns[True], "today": timezone.localdate()}
    return render(request, "core/desk.html", context)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    # Without the request: its context processors would ask the database that may just have failed.
    return HttpResponse(render_to_string("500.html"), status=500)


@dataclass(frozen=True)
class ShownJob:
    """A job as the pages print it."""

    job: Job
    title: str
    url: str
    result_message: str = ""
    result_url: str = ""

    @classmethod
    def of(cls, job: Job) -> "ShownJob":
        result: dict[str, Any] = job.result if isinstance(job.result, dict) else {}
        message, url = str(result.get("message", "")), str(result.get("url", ""))
        # A page of this installation only: "//host" would be another one's.
        url = url if url.startswith("/") and not url.startswith("//") else ""
        return cls(job, job_kinds.title_of(job.kind), reverse("job", args=[job.pk]), message, url)


def list_jobs(request: HttpRequest) -> HttpResponse:
    """The background jobs that this person has asked for, the newest first."""
    jobs = Job.objects.visible_to(request.user)[:_SHOWN_JOBS]
    return render(request, "core/jobs.html", {"jobs": [ShownJob.of(job) for job in jobs]})


def show_job(request: HttpRequest, number: int) -> HttpResponse:
    """One job; htmx asks for its state alone, again and again until it has ended."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=number)
    template = "core/job_state.html" if request.htmx else "core/job.html"  # type: ignore[attr-defined]
    return render(request, template, {"shown": ShownJob.of(job)})


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=number)
    try:
        cancel_job(job=job, actor=request.user.get_username())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("job", number)
