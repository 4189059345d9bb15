"""The decision that an officer stages."""

from django import forms
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.html import format_html

from members import search
from members.applying import duplicates
from members.forms.workbench import Prose, VerbForm
from members.models import Level, Organization, Verdict
from members.models.text import Fold, validate_line

JOINING = "By-laws: joining"
NEW = ("", "A new record")


class StageForm(VerbForm):
    verb, button = "stage", "Stage this decision"
    done = "The decision is staged. Read its mails, then release it."
    leads_to = "members:workbench_decision"

    outcome = forms.ChoiceField(
        label="Decision", choices=Verdict.Outcome.choices, widget=forms.RadioSelect
    )
    level = forms.ModelChoiceField(
        queryset=Level.objects.all(),
        required=False,
        empty_label="None",
    )
    starts_on = forms.DateField(
        label="Member from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The first day of the membership.",
    )
    organization = forms.ChoiceField(
        label="Which record of the registry is it?",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the records that are shown."},
    )
    organization_q = forms.CharField(
        label="Search for another record",
        required=False,
        max_length=search.MAX_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    proposals = forms.TypedMultipleChoiceField(
        label="Proposals to add",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What is not chosen is not added, and served by nobody.",
    )
    reason = Prose(label="Reason", rows=6, help_text="The applicants read it.")
    private_note = Prose(
        required=False, rows=3, help_text="Only those who decide read it."
    )
    clause = forms.CharField(
        label="Clause",
        max_length=200,
        initial=JOINING,
        validators=[validate_line],
        help_text="What of charter or by-laws the decision rests on.",
    )
    votes_for = forms.IntegerField(required=False, min_value=0, max_value=10**6)
    votes_against = forms.IntegerField(required=False, min_value=0, max_value=10**6)

    @classmethod
    def typed(cls, application, user, data):
        """With what was typed so far, unchecked: a search of records comes between."""
        several = {"proposals": data.getlist("proposals")}
        return cls(application, user, initial={**data.dict(), **several})

    def set_up(self):
        proposal = self.application.proposal
        level = Level.objects.filter(slug=proposal.level).first()
        self.initial = {
            "level": level and level.pk,
            "starts_on": timezone.localdate(),
            "organization": self._said_to_be(),
            **self.initial,
        }
        self.fields["proposals"].choices = [
            (each.number, format_html("<bdi>{}</bdi> ({})", each.name, each.kind))
            for each in proposal.proposals
        ]
        if not proposal.proposals:
            del self.fields["proposals"]
        self.fields["organization"].choices = [
            NEW,
            *((each.public_id, _described(each)) for each in self._records()),
        ]

    def _said_to_be(self):
        """The record that the applicants say they are, if they name one."""
        same = [each for each in self._duplicates if each[1] == duplicates.US]
        return same[0][0] if len(same) == 1 else ""

    @property
    def _duplicates(self):
        """The public id of each organization that may be the same, and the answer."""
        return [
            (public_id, each.answer)
            for each in self.application.duplicates
            if (public_id := duplicates.organization_in(each.key))
        ]

    def _records(self):
        """Those found as duplicates or by the search: nothing else can be chosen.

        One of the same name is among them even if it has never been a member.
        """
        known = Q(public_id__in=[public_id for public_id, _ in self._duplicates])
        known |= Q(folded_name=Fold(Value(self.application.proposal.name)))
        records = list(Organization.objects.with_standing().filter(known))
        shown = {each.pk for each in records}
        return records + [each for each in self._searched() if each.pk not in shown]

    def _searched(self):
        raw = self.data if self.is_bound else self.initial
        text = str(raw.get("organization_q") or "")[: search.MAX_LENGTH]
        understood = search.understand(text.replace("\0", "")) if text else None
        if not understood or not understood.readings:
            return []
        found = Organization.objects.listed().with_standing().matching(understood)
        return found.by_relevance(understood)[:20]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") == Verdict.Outcome.ACCEPT:
            for name in ("level", "starts_on"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, "An acceptance needs this.")
        return cleaned

    @property
    def arguments(self):
        facts = {**self.cleaned_data}
        del facts["organization_q"]
        if facts["outcome"] == Verdict.Outcome.DECLINE:
            return facts | {
                "level": None,
                "starts_on": None,
                "organization": None,
                "proposals": (),
            }
        known = Organization.objects.filter(public_id=facts["organization"])
        return facts | {
            "organization": known.first() if facts["organization"] else None
        }


def _described(organization):
    standing = "former member" if organization.left_on else "member"
    if not organization.joined_on:
        standing = "never a member"
    words = "<bdi>{}</bdi> ({}, {})"
    return format_html(words, organization.full_name, standing, organization.public_id)
