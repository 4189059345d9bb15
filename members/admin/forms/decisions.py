"""The form that records a decision."""

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from members.admin.forms.verbs import ReasonForm
from members.admin.verbs import autocomplete
from members.models import Decision


class DecisionForm(ReasonForm, forms.ModelForm):
    decided_at = forms.SplitDateTimeField(
        label="Decided", widget=AdminSplitDateTime, initial=timezone.now
    )

    class Meta:
        model = Decision
        fields = (
            "kind",
            "organization",
            "question",
            "ground",
            "body",
            "clause",
            "votes_for",
            "votes_against",
            "outcome",
            "decided_at",
            "reason",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.decided_by = self.user
        field = self.fields["organization"]
        field.widget = autocomplete(Decision, "organization")
        field.widget.choices = field.choices
        self.fields["outcome"].required = True
        day, time = self.fields["decided_at"].widget.widgets
        day.attrs["aria-label"], time.attrs["aria-label"] = "Day", "Time"
        self.fields["reason"].help_text = "Kept with the decision."

    def clean(self):
        facts = super().clean()
        if facts.keys() >= {"question", "decided_at", "organization"}:
            same = Decision.objects.filter(
                question=facts["question"],
                decided_at=facts["decided_at"],
                organization=facts["organization"],
            )
            if same.exists():
                self.add_error(None, "This decision is recorded already.")
        return facts

    def run(self, *, by):
        return Decision.record(by=by, **self.cleaned_data)
