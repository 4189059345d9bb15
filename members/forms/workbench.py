"""What each verb of the workbench asks; the forms check, and the verbs do."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse

from members.forms.entering import Upload
from members.models import Comment, Recommendation
from members.models.people import shown_name
from members.models.text import validate_text
from peso import policy

LONGEST = 20_000


class Prose(forms.CharField):
    """A text of several lines without characters that hide."""

    def __init__(self, *, rows=4, **kwargs):
        widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        validators = [validate_text]
        super().__init__(
            max_length=LONGEST, widget=widget, validators=validators, **kwargs
        )


class VerbForm(forms.Form):
    """A form for `verb` of an application; `leads_to` is the page that comes after."""

    verb = button = done = explained = ""
    leads_to = "members:workbench_application"

    def __init__(self, application, user, data=None, files=None, **kwargs):
        kwargs.setdefault("auto_id", f"{self.verb}-%s")
        super().__init__(data, files, **kwargs)
        self.application, self.user = application, user
        self.set_up()

    def set_up(self):
        """What the fields offer, of this application and to this user."""

    @classmethod
    def slug(cls):
        return cls.verb.replace("_", "-")

    @property
    def url(self):
        name = f"members:workbench_{self.verb}"
        return reverse(name, args=[self.application.public_id])

    @property
    def next_url(self):
        return reverse(self.leads_to, args=[self.application.public_id])

    @property
    def amiss(self):
        """The fields with something wrong in them."""
        return [field for field in self if field.errors]

    @property
    def arguments(self):
        """What the verb is given beside who does it."""
        return self.cleaned_data

    def refuse(self, error):
        """Tell why the verb refused, beside the fields that it is about."""
        by_field = getattr(error, "error_dict", {NON_FIELD_ERRORS: error.error_list})
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)


class TakeUpForm(VerbForm):
    verb, button = "take_up", "Take it up"
    done = "The review has begun."
    explained = "Begins the review. You have it, unless somebody else has."


class AssignForm(VerbForm):
    verb, button = "assign", "Assign"
    done = "Assigned."

    to = forms.ModelChoiceField(
        label="Who has it", queryset=None, required=False, empty_label="Nobody"
    )

    def set_up(self):
        reviewers = list(self.application.reviewers())
        interests = self.application.interests_among(reviewers)
        field = self.fields["to"]
        field.queryset = self.application.reviewers()
        # Offered and marked: the verb refuses those who are not free to judge.
        field.choices = [
            ("", "Nobody"),
            *(
                (user.pk, _marked(shown_name(user), interests[user.pk]))
                for user in reviewers
            ),
        ]
        self.initial.setdefault("to", self.application.assigned_to_id)


def _marked(name, interests):
    return f"{name} (conflict of interest)" if interests else name


class RequestChangesForm(VerbForm):
    verb, button = "request_changes", "Request changes"
    done = "The applicants have the pen again, and a mail that says so."
    explained = "Opens the draft again, and mails your words to the applicants."

    text = Prose(label="What should they change?", rows=6)


class CommentForm(VerbForm):
    verb, button = "comment", "Comment"
    done = "Your comment was added."

    text = Prose(label="Comment")
    visibility = forms.ChoiceField(label="Who reads it", widget=forms.RadioSelect)

    def set_up(self):
        decides = policy.may(self.user, "application.decide", self.application)
        offered = Comment.Visibility.choices if decides else REVIEWERS_CHOICES
        self.fields["visibility"].choices = offered
        # The narrowest that the writer may use.
        self.fields["visibility"].initial = offered[0][0]

    @property
    def is_wide(self):
        return self.cleaned_data["visibility"] == Comment.Visibility.APPLICANT


REVIEWERS_CHOICES = [
    choice
    for choice in Comment.Visibility.choices
    if choice[0] != Comment.Visibility.STAFF
]


class RecommendForm(VerbForm):
    verb, button = "recommend", "Give this recommendation"
    done = "Your recommendation was kept. You see those of others now."
    explained = "Others see it once they have given theirs."

    advice = forms.ChoiceField(
        label="You advise to",
        choices=Recommendation.Advice.choices,
        widget=forms.RadioSelect,
    )
    reasons = Prose(label="Reasons", rows=5)


class PutForwardForm(VerbForm):
    verb, button = "put_forward", "Put it forward"
    done = "It can be decided now."
    explained = "Ends the review: it can be decided, and all recommendations read."


class ReopenForm(VerbForm):
    verb, button = "reopen", "Back to review"
    done = "It is in review again."

    reason = Prose(label="Why is it reviewed again?", rows=3)


class ReasonForm(VerbForm):
    reason = Prose(label="Reason", rows=3, help_text="The applicants read it.")


class WithdrawForm(ReasonForm):
    verb, button = "withdraw", "Withdraw it for the applicants"
    done = "It was withdrawn, and a mail says so."
    explained = "For an organization that asked by letter or e-mail not to go on."


class ExpireForm(ReasonForm):
    verb, button = "expire", "Let it expire"
    done = "It has expired, and a mail says so."
    explained = "For one that nobody goes on with. It can be revived for a year."


class ReviveForm(VerbForm):
    verb, button = "revive", "Revive it"
    done = "The applicants have the pen again."
    explained = "Gives the pen back to those who wrote it."


class AttachForm(VerbForm):
    verb, button = "attach", "Attach"
    done = "The document is kept with the application."

    document = Upload(label="Document")

    @property
    def arguments(self):
        return self.cleaned_data["document"]


class TakeBackForm(VerbForm):
    verb, button = "take_back", "Take it back"
    done = "The decision was taken back, and its mails with it."
    explained = "Nobody was told anything; another decision can be staged."
    leads_to = "members:workbench_decision"

    reason = Prose(label="Why is it taken back?", rows=2, required=False)


class ReleaseForm(VerbForm):
    verb, button = "release", "Release it with its mails"
    done = "The decision holds, and its mails are on their way."
    explained = "After this it can be changed by a new decision only."

    verdict = forms.IntegerField(widget=forms.HiddenInput)

    def set_up(self):
        staged = self.application.staged
        self.initial.setdefault("verdict", staged and staged.pk)
