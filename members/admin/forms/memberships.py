"""The forms of a membership's verbs."""

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils import timezone

from members.admin.forms.verbs import DecisionChoice, ReasonForm, VerbForm
from members.models import Decision, Level, Membership


class AdmitForm(VerbForm):
    level = forms.ModelChoiceField(Level.objects)
    admission = DecisionChoice(
        Decision.objects,
        required=False,
        help_text="The carried decision, if one is recorded.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        admissions = Decision.objects.filter(
            kind=Decision.Kind.ADMISSION, outcome=Decision.Outcome.CARRIED
        )
        self.fields["admission"].queryset = admissions.filter(
            organization=self.organization
        )

    @property
    def organization(self):
        return self.subject

    @classmethod
    def why_not(cls, organization):
        today = timezone.localdate()
        if any(
            each.state(today) != Membership.State.ENDED
            for each in organization.memberships.all()
        ):
            return "It is a member, or has a membership that has not begun yet."
        return ""

    def run(self, *, by):
        return Membership.admit(self.organization, by=by, **self.cleaned_data)


class ReinstateForm(AdmitForm):
    @property
    def organization(self):
        return self.subject.organization

    @classmethod
    def why_not(cls, membership):
        if not membership.ended_on:
            return "This membership has no end: there is nothing to reinstate."
        later = membership.organization.memberships.filter(
            started_on__gte=membership.ended_on
        ).exclude(pk=membership.pk)
        if later.exists():
            return "A later membership is recorded: reinstate from the last one."
        return ""

    def run(self, *, by):
        return self.subject.reinstate(by=by, **self.cleaned_data)


class ChangeLevelForm(VerbForm):
    level = forms.ModelChoiceField(Level.objects, label="New level")

    @classmethod
    def why_not(cls, membership):
        if membership.ended_on:
            return "An end of this membership is recorded."
        if membership.state(timezone.localdate()) == Membership.State.FUTURE:
            return "This membership has not begun: correct its level instead."
        return ""

    def clean(self):
        if self.cleaned_data.keys() >= {"level", "on"}:
            level, on = self.cleaned_data["level"], self.cleaned_data["on"]
            self.add_problems(self.subject.level_problems(level, on))

    def run(self, *, by):
        return self.subject.change_level(by=by, **self.cleaned_data)


def terminations(membership):
    """The carried decisions that a termination of `membership` can rest on."""
    rows = Decision.objects.filter(
        kind=Decision.Kind.TERMINATION,
        outcome=Decision.Outcome.CARRIED,
        organization=membership.organization_id,
    )
    if membership.level.must_take_part:
        return rows
    return rows.exclude(ground=Decision.Ground.NOT_TAKING_PART)


class EndForm(VerbForm):
    how = forms.ChoiceField(
        choices=[
            (Membership.EndReason(how).value, Membership.EndReason(how).label)
            for how in ("resigned", "terminated", "dissolved", "merged")
        ]
    )
    termination = DecisionChoice(
        Decision.objects,
        label="Decision",
        required=False,
        help_text="That a termination rests on; offered are those that fit.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["termination"].queryset = terminations(self.subject)
        self.fields["on"].help_text = "The first day without the membership."

    @classmethod
    def why_not(cls, membership):
        if membership.ended_on:
            return "An end is recorded already: correct it instead."
        return ""

    def clean(self):
        facts = self.cleaned_data
        if facts.keys() >= {"how", "on", "termination"}:
            problems = self.subject.end_problems(
                facts["how"], facts["on"], facts["termination"]
            )
            self.add_problems(problems)

    def run(self, *, by):
        self.subject.end(by=by, **self.cleaned_data)
        return self.subject


class CorrectForm(ReasonForm):
    level = forms.ModelChoiceField(Level.objects)
    started_on = forms.DateField(
        label="From",
        widget=AdminDateWidget,
        help_text="The first day. A period that ends on it never held.",
    )
    ended_on = forms.DateField(
        label="Until",
        widget=AdminDateWidget,
        required=False,
        help_text="The first day without the membership; empty if it has not ended.",
    )
    end_reason = forms.ChoiceField(
        choices=[("", "---------"), *Membership.EndReason.choices], required=False
    )
    admission = DecisionChoice(Decision.objects, required=False)
    termination = DecisionChoice(
        Decision.objects, label="Decision of the termination", required=False
    )

    FACTS = (
        "level",
        "started_on",
        "ended_on",
        "end_reason",
        "admission",
        "termination",
    )

    def __init__(self, *args, subject, **kwargs):
        facts = {name: getattr(subject, name) for name in self.FACTS}
        super().__init__(*args, subject=subject, initial=facts, **kwargs)
        decisions = Decision.objects.filter(
            organization=subject.organization_id, outcome=Decision.Outcome.CARRIED
        )
        self.fields["admission"].queryset = decisions.filter(
            kind=Decision.Kind.ADMISSION
        )
        self.fields["termination"].queryset = decisions.filter(
            kind=Decision.Kind.TERMINATION
        )

    def run(self, *, by):
        self.subject.correct(by=by, **self.cleaned_data)
        return self.subject
