"""The forms of the verbs: what each asks for, and when it is not possible at all."""

from django import forms
from django.contrib.admin.widgets import (
    AdminDateWidget,
    AdminSplitDateTime,
    AdminTextareaWidget,
)
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone

from members.admin.verbs import autocomplete
from members.models import Decision, Level, Membership, Organization
from members.models.text import validate_line, validate_text

# What a form calls otherwise than the record that it writes.
ALIASES = {"started_on": "on", "ended_on": "on", "end_reason": "how"}


class DecisionChoice(forms.ModelChoiceField):
    def label_from_instance(self, decision):
        return f"{decision.decided_at:%Y-%m-%d}: {decision.question}"


class ReasonForm(forms.Form):
    required_css_class = "required"
    reason = forms.CharField(
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        max_length=5000,
        validators=[validate_text],
        help_text="Kept with the event; not shown to the public.",
    )

    def __init__(self, *args, subject, user, **kwargs):
        self.subject, self.user = subject, user
        super().__init__(*args, **kwargs)
        # The date, where there is one, and the reason are asked for last.
        last = [name for name in ("on", "reason") if name in self.fields]
        self.order_fields([name for name in self.fields if name not in last] + last)

    @classmethod
    def why_not(cls, subject):
        """Why the verb is not possible for `subject`; empty if it is."""
        return ""

    def run(self, *, by):
        """Call the verb; give the record whose page shows what became of it."""
        raise NotImplementedError

    def refuse(self, error):
        """Show a verb's ValidationError at the fields that it is about."""
        errors = getattr(error, "error_dict", {NON_FIELD_ERRORS: error.error_list})
        for name, problems in errors.items():
            field = name if name in self.fields else ALIASES.get(name)
            self.add_error(field if field in self.fields else None, problems)

    def add_problems(self, problems):
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, problem.text)


class VerbForm(ReasonForm):
    on = forms.DateField(
        label="From",
        widget=AdminDateWidget,
        initial=timezone.localdate,
        help_text="The first day on which it holds.",
    )


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


class RenameForm(VerbForm):
    name = forms.CharField(
        label="Official name", max_length=300, validators=[validate_line]
    )
    short_name = forms.CharField(
        max_length=60, required=False, validators=[validate_line]
    )
    slug = forms.SlugField(
        label="Address",
        max_length=80,
        required=False,
        help_text="The last part of the page's address; the old one redirects for "
        "ever. Empty: it stays.",
    )

    def __init__(self, *args, subject, **kwargs):
        facts = {
            name: getattr(subject, name) for name in ("name", "short_name", "slug")
        }
        super().__init__(*args, subject=subject, initial=facts, **kwargs)

    def run(self, *, by):
        self.subject.rename(by=by, **self.cleaned_data)
        return self.subject


class SucceedForm(VerbForm):
    successor = forms.ModelChoiceField(Organization.objects)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        field.widget = autocomplete(Organization, "successor")
        field.widget.choices = field.choices

    def clean(self):
        facts = self.cleaned_data
        recorded = (self.subject.successor, self.subject.succeeded_on)
        if (facts.get("successor"), facts.get("on")) == recorded:
            self.add_error("successor", "This is recorded already.")

    def run(self, *, by):
        self.subject.succeed_by(by=by, **self.cleaned_data)
        return self.subject


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
