"""Registries: how a room adds itself to the menu, the desk and the URL map without anything old being touched.

An app's ``room.py`` calls ``register_urls``, ``menu.add``, ``desk.add``, ``job_kinds.add`` and ``duties.add``; it is
imported when Django starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse


@dataclass(frozen=True)
class MenuItem:
    """A room in the rail. ``order`` is its place, ``shown`` whether this user sees it, ``count`` what waits there."""

    label: str
    url_name: str
    icon: str
    order: int
    shown: Callable[[HttpRequest], bool] = lambda request: True
    count: Callable[[HttpRequest], int] = lambda request: 0


@dataclass(frozen=True)
class ShownItem:
    """A menu item as the base template prints it."""

    label: str
    url: str
    icon: str
    active: bool
    count: int


@dataclass(frozen=True)
class DeskPanel:
    """A panel of the desk: a template and a function that makes its context, or None when it has nothing to say.

    ``aside``: it stands in the narrow column beside the others.
    """

    order: int
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    aside: bool = False


@dataclass(frozen=True)
class ShownPanel:
    """A panel that has something to say, with what."""

    template: str
    context: dict[str, Any]
    aside: bool


@dataclass
class Menu:
    """All rooms of the rail. At most nine, always in the same order."""

    items: list[MenuItem] = field(default_factory=list)

    def add(self, item: MenuItem) -> None:
        """Add a room; its URL name must be new."""
        if any(other.url_name == item.url_name for other in self.items):
            raise ValueError(f"the menu already has {item.url_name}")
        self.items.append(item)
        self.items.sort(key=lambda each: each.order)

    def shown(self, request: HttpRequest) -> list[ShownItem]:
        """Return the rooms that the user of ``request`` sees, the open one marked."""
        shown = []
        for item in self.items:
            if item.shown(request):
                url = reverse(item.url_name)
                active = request.path == url if url == "/" else request.path.startswith(url)
                shown.append(ShownItem(item.label, url, item.icon, active, item.count(request)))
        return shown


@dataclass
class Desk:
    """All panels of the desk (工作台), in their order."""

    panels: list[DeskPanel] = field(default_factory=list)

    def add(self, panel: DeskPanel) -> None:
        """Add a panel."""
        self.panels.append(panel)
        self.panels.sort(key=lambda each: each.order)

    def shown(self, request: HttpRequest) -> list[ShownPanel]:
        """Return the panels that have something to say to the user of ``request``."""
        told = ((panel, panel.context(request)) for panel in self.panels)
        return [ShownPanel(panel.template, context, panel.aside) for panel, context in told if context is not None]


class JobHandle(Protocol):
    """What the function of a job kind is given to tell how far it is."""

    def progress(self, done: int, total: int, message: str = "") -> None: ...


@dataclass(frozen=True)
class JobKind:
    """A kind of background job.

    ``function(handle, **arguments)`` does the work and returns something that JSON can hold, or None. A result that is
    an object may have ``message``, a sentence for the person, and ``url``, the page to go on from. The function may be
    called again after it was interrupted anywhere: it must do the same thing twice without harm.
    """

    kind: str
    title: str
    function: Callable[..., Any]


@dataclass
class JobKinds:
    """All kinds of background jobs."""

    kinds: dict[str, JobKind] = field(default_factory=dict)

    def add(self, kind: str, title: str, function: Callable[..., Any]) -> None:
        """Add a kind; its name must be new."""
        if kind in self.kinds:
            raise ValueError(f"there is a job kind {kind} already")
        self.kinds[kind] = JobKind(kind, title, function)

    def title_of(self, kind: str) -> str:
        """Return the words for ``kind``; one that is no longer there is shown by its name."""
        return self.kinds[kind].title if kind in self.kinds else kind


@dataclass(frozen=True)
class Duty:
    """Something that a worker does again and again, beside its jobs: quickly, and harmless when several do it."""

    name: str
    seconds: float
    function: Callable[[], Any]


@dataclass
class Duties:
    """All duties of a worker."""

    duties: list[Duty] = field(default_factory=list)

    def add(self, name: str, seconds: float, function: Callable[[], Any]) -> None:
        """Add a duty that is done every ``seconds``; its name must be new."""
        if any(duty.name == name for duty in self.duties):
            raise ValueError(f"there is a duty {name} already")
        self.duties.append(Duty(name, seconds, function))


menu = Menu()
desk = Desk()
job_kinds = JobKinds()
duties = Duties()
_urls: list[tuple[str, str]] = []


def register_urls(prefix: str, module: str) -> None:
    """Serve the URL module ``module`` below ``prefix`` (``"totals/"``)."""
    _urls.append((prefix, module))


def url_patterns() -> list[URLPattern | URLResolver]:
    """Return the patterns of all rooms."""
    return [path(prefix, include(module)) for prefix, module in _urls]
