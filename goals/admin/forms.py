"""The forms of a commitment's verbs."""

from operator import attrgetter

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget

from goals.models import Approach, Commitment, Goal
from members.admin.forms import VerbForm
from members.models import Community
from members.models.text import validate_text


class StateForm(VerbForm):
    goal = forms.ModelChoiceField(Goal.objects)
    effort = forms.ChoiceField(choices=Commitment.Effort.choices)
    statement = forms.CharField(
        widget=AdminTextareaWidget,
        required=False,
        max_length=20_000,
        validators=[validate_text],
        help_text="In the organization's own words.",
    )
    approaches = forms.ModelMultipleChoiceField(
        Approach.objects.select_related("goal").order_by("goal__number", "position"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Of the goal above.",
    )
    communities = forms.ModelMultipleChoiceField(
        Community.objects,
        required=False,
        help_text="For whom; none means the ecosystem at large.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["goal"].label_from_instance = attrgetter("short_name")
        self.fields["approaches"].label_from_instance = self.name_of_approach

    @staticmethod
    def name_of_approach(approach):
        return f"{approach.goal.short_name}: by {approach.text}"

    def clean(self):
        facts = self.cleaned_data
        if facts.keys() >= {"goal", "effort", "on", "statement"}:
            same = self.subject.commitments.on(facts["on"]).filter(
                goal=facts["goal"],
                effort=facts["effort"],
                statement=facts["statement"],
                started_on=facts["on"],
            )
            if same.exists():
                self.add_error(None, "This commitment is stated already.")

    def run(self, *, by):
        facts = dict(self.cleaned_data)
        return Commitment.state(self.subject, facts.pop("goal"), by=by, **facts)


class InForceForm(VerbForm):
    """Of a verb for a commitment that holds."""

    @classmethod
    def why_not(cls, commitment):
        if commitment and commitment.ended_on:
            return f"This commitment has an end: {commitment.ended_on}."
        return ""


class ConfirmForm(InForceForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].label = "On"
        self.fields["on"].help_text = "When the organization said that it still holds."

    def clean(self):
        if self.subject and "on" in self.cleaned_data:
            on = self.cleaned_data["on"]
            self.add_problems(self.subject.confirmation_problems(on))

    def run(self, *, by):
        self.subject.confirm(by=by, **self.cleaned_data)
        return self.subject


class EndForm(InForceForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].help_text = "The first day without the commitment."

    def clean(self):
        if "on" in self.cleaned_data:
            self.add_problems(self.subject.end_problems(self.cleaned_data["on"]))

    def run(self, *, by):
        self.subject.end(by=by, **self.cleaned_data)
        return self.subject
