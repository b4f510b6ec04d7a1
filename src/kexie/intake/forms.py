"""What a person chose or sent on the pages of the documents, with words for what is wrong."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation

LARGEST = 50 * 1024 * 1024  # bytes of one file; what is larger is no document of an office
STATES = {"": "全部", "open": "等确认", "done": "确认完的", "nothing": "没有起草的"}


class TakeInForm(forms.Form):
    """One file or a pasted text, for a unit, and the period of what does not say its own."""

    file = forms.FileField(label="文件", required=False, allow_empty_file=True)
    text = forms.CharField(label="文字", required=False, widget=forms.Textarea, max_length=1_000_000)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="code", label="单位")
    period = forms.CharField(label="期间", required=False, max_length=10)

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean_period(self) -> Period | None:
        told = self.cleaned_data["period"].strip()
        try:
            return Period.parse(told) if told else None
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST:
            raise forms.ValidationError(
                f"文件有{file.size // 1024 // 1024}兆，最大收{LARGEST // 1024 // 1024}兆；请拆开再交"
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool((cleaned.get("text") or "").strip()):
            raise forms.ValidationError("请选一个文件，或贴一段文字")
        return cleaned

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        return "；".join(str(each) for errors in self.errors.values() for each in errors)


@dataclass(frozen=True)
class ListChoice:
    """What the list shows: one unit's documents or all in sight, in one state."""

    organisation: Organisation | None
    state: str

    def url(self, **changed: str) -> str:
        """Return the address of the list with something chosen anew."""
        values = {"organisation": self.organisation.code if self.organisation else "", "state": self.state, **changed}
        query = urlencode({key: value for key, value in values.items() if value})
        return f"{reverse('intake:list')}{'?' if query else ''}{query}"


def read_state(given: QueryDict) -> str:
    """Return the state of an address, all when it is none."""
    state = given.get("state", "")
    return state if state in STATES else ""


def read_ids(request: HttpRequest, name: str) -> list[int]:
    """Return the ids that a form sent under ``name``. Raises DomainError when one is none."""
    try:
        return [int(each) for each in request.POST.getlist(name)]
    except ValueError as error:
        raise DomainError("没有看懂要处理哪一条，请刷新这一页") from error
