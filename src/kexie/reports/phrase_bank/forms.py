"""What a person enters into the phrase bank."""

from datetime import date, timedelta

from django import forms

from kexie.orgs.models import END
from kexie.reports.phrase_bank.models import PhraseSort


class PhraseForm(forms.Form):
    """A text with source and days; ``last`` is inclusive, as people say it, and may be left open."""

    sort = forms.ChoiceField(label="用处", choices=PhraseSort.choices)
    text = forms.CharField(
        label="文字", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "请填文字"}
    )
    source = forms.CharField(label="出处", max_length=200, error_messages={"required": "请填出处"})
    first = forms.DateField(
        label="开始使用",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填日期", "invalid": "请写成 2025-01-01"},
    )
    last = forms.DateField(
        label="用到哪一天",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请写成 2025-12-31"},
    )

    @property
    def until(self) -> date:
        """The day from which on the text is no longer valid."""
        last: date | None = self.cleaned_data["last"]
        return last + timedelta(days=1) if last else END
