"""Which applications there are: whose, in which state, and under which names."""

import datetime as dt
import statistics

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat

from members.applying import transitions
from members.identifiers import read_public_id
from members.models.drafts import Answer, Collaborator, Revision
from members.models.interests import touching
from members.models.text import Fold
from members.models.verdicts import Verdict
from peso import policy

# The usual time is that of so many of the last decisions.
USUAL_OF = 20


class ApplicationQuerySet(models.QuerySet):
    def mine(self, user):
        """Those that `user` writes or reads for the applicants."""
        return self.filter(self._taking_part(user))

    def in_hands_of(self, user):
        """Those that `user` is an editor, a reader or a clerk of: see `part_of`."""
        found = self._taking_part(user)
        if policy.may(user, "application.enter"):
            found |= ~Q(source=self.model.Source.FORM)
        return self.filter(found)

    def for_review(self, user):
        """Those that `user` meets in the workbench: never what was one's own."""
        if not policy.may(user, "application.review"):
            return self.none()
        seen = Q(submitted_at__isnull=False)
        if policy.may(user, "application.enter"):
            seen |= ~Q(source=self.model.Source.FORM)
        took_part = Collaborator.objects.filter(
            application=OuterRef("pk"), user=user.pk
        )
        return self.filter(seen).exclude(Exists(took_part))

    def for_judging(self, user):
        """Those of `for_review` in which `user` has no interest: see `interests_of`."""
        return self.for_review(user).exclude(pk__in=touching(user))

    def open(self):
        return self.filter(state__in=transitions.OPEN)

    def untouched_since(self, moment):
        """Those whose writers have the pen, and did nothing with it since."""
        return self.filter(
            state__in=transitions.WITH_APPLICANTS, touched_at__lte=moment
        )

    def with_names(self):
        """Annotate `name` and `short_name` as the draft has them."""
        return self.annotate(name=_answer("name"), short_name=_answer("short_name"))

    def with_submitted_names(self):
        """Annotate `name` and `short_name` as handed in; of a draft, as it has them."""
        return self.annotate(
            name=Coalesce(_submitted("name"), _answer("name")),
            short_name=Coalesce(_submitted("short_name"), _answer("short_name")),
        )

    def named_like(self, text):
        """Those with each word of `text` in a submitted name, or with its public id."""
        space = Value(" ", models.TextField())
        names = Concat(Coalesce("name", space), space, Coalesce("short_name", space))
        found = self.with_submitted_names().annotate(folded=Fold(names))
        fits = Q()
        for word in text.split():
            fits &= Q(folded__contains=Fold(Value(word)))
        public_id = read_public_id(text)
        return found.filter(fits | Q(public_id=public_id) if public_id else fits)

    def with_websites(self):
        """Annotate `website` as the draft has it."""
        return self.annotate(website=_answer("website"))

    def with_public_id(self, text):
        return self.filter(public_id=read_public_id(text))

    def usual_time(self):
        """The median time from submitting to deciding, of the last ones; or None."""
        decided = Verdict.objects.released().exclude(took=None)
        last = decided.order_by("-released_at").values_list("took", flat=True)
        seconds = [took.total_seconds() for took in last[:USUAL_OF]]
        return dt.timedelta(seconds=statistics.median(seconds)) if seconds else None

    def _taking_part(self, user):
        active = Collaborator.objects.active().filter(
            application=OuterRef("pk"), user=user.pk
        )
        return Q(Exists(active))


class PlainText(Func):
    """The text that a column of JSON holds, without its quotation marks."""

    template = "(%(expressions)s #>> '{}')"
    output_field = models.TextField()


def _answer(key):
    answers = Answer.objects.filter(application=OuterRef("pk"), key=key)
    return Subquery(answers.values(text=PlainText("value")))


def _submitted(key):
    revisions = Revision.objects.filter(application=OuterRef("pk")).order_by("-number")
    return Subquery(revisions.values(text=KeyTextTransform(key, "answers"))[:1])
