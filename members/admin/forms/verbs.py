"""What the forms of all verbs have in common."""

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone

from members.models.text import validate_text

# What a form calls otherwise than the record that it writes.
ALIASES = {"started_on": "on", "ended_on": "on", "end_reason": "how"}


class ReasonForm(forms.Form):
    """What a verb asks, and why it is done.

    Each has a method `run(by=…)`: it calls the verb, and gives the record whose page
    shows what became of it.
    """

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


class DecisionChoice(forms.ModelChoiceField):
    def label_from_instance(self, decision):
        return f"{decision.decided_at:%Y-%m-%d}: {decision.question}"
