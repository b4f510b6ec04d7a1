"""Error pages, in words and with the next step; and the front door."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string

from kexie.core.registry import menu


def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first room that this person may see."""
    rooms = menu.shown(request)
    return HttpResponseRedirect(rooms[0].url) if rooms else render(request, "403.html", status=403)


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
