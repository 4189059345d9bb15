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
        self.fields["admission"].queryset = Decision.objects.admissions(
            self.organization
        )

    @property
    def organization(self):
        return self.subject

    @classmethod
    def why_not(cls, organization):
        if organization.memberships.lasting().exists():
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
        return membership.why_not("reinstate")

    def clean(self):
        if "on" in self.cleaned_data:
            on, admission = self.cleaned_data["on"], self.cleaned_data.get("admission")
            self.add_problems(self.subject.reinstatement_problems(on, admission))

    def run(self, *, by):
        return self.subject.reinstate(by=by, **self.cleaned_data)


class ChangeLevelForm(VerbForm):
    level = forms.ModelChoiceField(Level.objects, label="New level")

    @classmethod
    def why_not(cls, membership):
        if why_not := membership.why_not("change_level"):
            return why_not
        if membership.state(timezone.localdate()) == Membership.State.FUTURE:
            return "This membership has not begun: correct its level instead."
        return ""

    def clean(self):
        if self.cleaned_data.keys() >= {"level", "on"}:
            level, on = self.cleaned_data["level"], self.cleaned_data["on"]
            self.add_problems(self.subject.level_problems(level, on))

    def run(self, *, by):
        return self.subject.change_level(by=by, **self.cleaned_data)


class EndForm(VerbForm):
    how = forms.ChoiceField(
        choices=[(how.value, how.label) for how in Membership.LEAVING]
    )
    termination = DecisionChoice(
        Decision.objects,
        label="Decision",
        required=False,
        help_text="That a termination rests on; offered are those that fit.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["termination"].queryset = Decision.objects.terminations(
            self.subject
        )
        self.fields["on"].help_text = "The first day without the membership."

    @classmethod
    def why_not(cls, membership):
        return membership.why_not("end")

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

    def __init__(self, *args, subject, **kwargs):
        facts = {name: getattr(subject, name) for name in Membership.FACTS}
        super().__init__(*args, subject=subject, initial=facts, **kwargs)
        # The level may be what is corrected: offered are the decisions for any.
        about = subject.organization_id
        self.fields["admission"].queryset = Decision.objects.admissions(about)
        self.fields["termination"].queryset = Decision.objects.carried(
            Decision.Kind.TERMINATION, about
        )

    def run(self, *, by):
        self.subject.correct(by=by, **self.cleaned_data)
        return self.subject
