"""What the workbench asks about mails: which to list, and other words for a draft."""

from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from members import emails
from members.models import Mail
from members.models.text import validate_line, validate_text
from members.navigation import Link

TEXT_LENGTH = 50_000
CARE = "care"


class MailSearchForm(forms.Form):
    """The list's query string; what is broken in it is ignored, and in `problems`."""

    q = forms.CharField(
        label="Search by address or subject",
        required=False,
        max_length=200,
        widget=forms.SearchInput(attrs={"dir": "auto", "class": "form-control"}),
    )
    state = forms.ChoiceField(
        required=False,
        choices=[(CARE, "Need care"), *Mail.State.choices],
        error_messages={"invalid_choice": "There is no state “%(value)s”."},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)

    def __init__(self, data):
        super().__init__(data)
        self.full_clean()

    @property
    def problems(self):
        return [text for texts in self.errors.values() for text in texts]

    @property
    def words(self):
        return self.cleaned_data.get("q", "")

    @property
    def state_chosen(self):
        return self.cleaned_data.get("state", "")

    @property
    def page_asked(self):
        return self.cleaned_data.get("page") or 1

    def mails(self):
        found = Mail.objects.matching(self.words)
        if self.state_chosen == CARE:
            return found.needing_care()
        return found.in_state(self.state_chosen)

    def states(self):
        """Each state, with the number of mails in it that the search finds."""
        rows = Mail.objects.matching(self.words).count_by_state()
        counts = {state: number for state, number, _ in rows}
        counts[""] = sum(counts.values())
        counts[CARE] = sum(care for _, _, care in rows)
        offered = [("", "All"), *self.fields["state"].choices]
        return [
            Link(
                label,
                self.query(state=key),
                key == self.state_chosen,
                counts.get(key, 0),
            )
            for key, label in offered
        ]

    def query(self, **changes):
        """This question with `changes`, as a query string; from its first page on."""
        asked = {"q": self.words, "state": self.state_chosen, **changes}
        return urlencode({name: value for name, value in asked.items() if value})


class DraftForm(forms.Form):
    subject = forms.CharField(
        max_length=emails.SUBJECT_LENGTH, validators=[validate_line]
    )
    text = forms.CharField(
        max_length=TEXT_LENGTH,
        strip=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 18, "dir": "auto"}),
        help_text="Plain text; an empty line begins a new paragraph.",
    )

    def __init__(self, mail, data=None):
        initial = {"subject": mail.readable_subject, "text": mail.readable_text}
        super().__init__(data, initial=initial)
        self.mail = mail
        if mail.is_hidden:
            self.fields[
                "text"
            ].help_text += (
                f" {emails.LINK} stands for a link that only its recipient may see."
            )

    @property
    def helper(self):
        helper = FormHelper()
        helper.add_input(Submit("save", "Save the draft"))
        return helper

    def clean_text(self):
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if not text:
            raise ValidationError("A mail needs a text.")
        return f"{text}\n"

    def run(self, *, by):
        """Change the draft; false, with this form's errors, if that is refused."""
        words = {name: self.cleaned_data[name] for name in ("subject", "text")}
        try:
            with transaction.atomic():
                self.mail.edit(**words, by=by)
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors
