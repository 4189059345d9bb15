"""The verbs of those who review an application."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from members.models import telling
from members.models.interests import Interests
from members.models.people import User, shown_name
from members.models.problems import Problem, refuse_if, refuse_longer
from members.models.reviews import Comment, Recommendation
from peso import policy

# From the applicants, about one application: each is mailed to staff.
REPLIES_AN_HOUR = 20


class Reviewing(Interests):
    """Taking an application up, talking about it, advising."""

    @transaction.atomic
    def take_up(self, *, by):
        """Begin the review; it is whoever does so who has it, if nobody had."""
        self._begin("take_up", by)
        self._move("take_up", by, assigned_to=self.assigned_to or by)

    @transaction.atomic
    def assign(self, *, to, by):
        """Give the application to somebody who may review it, or to nobody."""
        self._begin("assign", by)
        refuse_if(self.assignment_problems(to))
        self.assigned_to = to
        self.save(update_fields=["assigned_to"])
        self._record("assign", by, reason=str(to.pk) if to else "")

    def assignment_problems(self, to):
        if to is None:
            return []
        # Whoever could not take it up has no use for it.
        answer = policy.may(to, "application.take_up", self)
        why = f"{shown_name(to)}: {answer.reason}"
        return [] if answer else [Problem(why, "to")]

    def reviewers(self):
        """Whose account has the right to review, conflicts of interest or not."""
        reviewers = User.objects.entitled_to(policy.REVIEW)
        return reviewers.order_by("first_name", "last_name", "email")

    @transaction.atomic
    def request_changes(self, *, by, text):
        """Give the pen back to the applicants, and say in `text` what for."""
        self._begin("request_changes", by)
        self._comment(by, text, Comment.Visibility.APPLICANT)
        self._move("request_changes", by, reason=text, told=True)
        telling.changes_requested(self, by, text)

    @transaction.atomic
    def comment(self, *, by, text, visibility=Comment.Visibility.STAFF):
        """Say something about it: to staff, to all reviewers, to the applicants too."""
        self._begin("comment", by)
        staff_only = visibility == Comment.Visibility.STAFF
        if staff_only:
            policy.require(by, "application.decide", self)
        comment, is_new = self._comment(by, text, visibility)
        if is_new and visibility == Comment.Visibility.APPLICANT:
            telling.commented(self, by, text)
        return comment

    @transaction.atomic
    def reply(self, *, by, text):
        """Say something to the consortium, as one of the applicants."""
        self._begin("reply", by)
        refuse_if(self.reply_problems())
        visibility = Comment.Visibility.APPLICANT
        comment, is_new = self._comment(by, text, visibility, is_from_applicants=True)
        if is_new:
            telling.replied(self, by, text)
        return comment

    def reply_problems(self):
        since = timezone.now() - dt.timedelta(hours=1)
        said = self.comments.filter(is_from_applicants=True, at__gt=since)
        if said.count() < REPLIES_AN_HOUR:
            return []
        text = f"{REPLIES_AN_HOUR} messages were sent within an hour. Wait a little."
        return [Problem(text, "text")]

    def _comment(self, by, text, visibility, **facts):
        """The comment that was kept, and whether it is new.

        The same words of the same person a moment ago are a button pressed twice.
        """
        facts |= {"by": by, "text": text.strip(), "visibility": visibility}
        comment = Comment(application=self, **facts)
        refuse_longer(text=comment.text)
        comment.full_clean()
        since = timezone.now() - dt.timedelta(minutes=1)
        same = self.comments.filter(by=by, text=comment.text, visibility=visibility)
        if said := same.filter(at__gt=since).first():
            return said, False
        comment.save()
        return comment, True

    def comments_for(self, user):
        """The conversation as `user` may read it in the workbench."""
        if not policy.may(user, "application.review", self):
            return self.comments.for_applicants()
        seen = [Comment.Visibility.REVIEWERS, Comment.Visibility.APPLICANT]
        if policy.may(user, "application.decide", self):
            seen.append(Comment.Visibility.STAFF)
        return self.comments.readable(*seen)

    @transaction.atomic
    def recommend(self, *, by, advice, reasons):
        """Advise about the revision at hand; who changes their mind advises again."""
        self._begin("recommend", by)
        recommendation = Recommendation(
            application=self,
            revision=self.latest,
            by=by,
            advice=advice,
            reasons=reasons.strip(),
        )
        refuse_longer(reasons=recommendation.reasons)
        recommendation.full_clean()
        recommendation.save()
        self._record("recommend", by)
        return recommendation

    def recommendations_for(self, user):
        """What reviewers advise about this revision, the last word of each.

        Hidden, so that nobody follows anybody, from who has not advised yet, until the
        application is put forward.
        """
        if not policy.may(user, "application.review", self):
            return []
        rows = self.recommendations.filter(revision=self.latest)
        rows = rows.order_by("by", "-at", "-pk").distinct("by").select_related("by")
        is_hidden = self.state in (self.State.IN_REVIEW, self.State.CHANGES_REQUESTED)
        if is_hidden and not any(row.by_id == user.pk for row in rows):
            return []
        return sorted(rows, key=lambda row: row.at)

    @transaction.atomic
    def put_forward(self, *, by):
        """End the review: the application can be decided."""
        self._begin("put_forward", by)
        refuse_if(self.putting_forward_problems())
        self._move("put_forward", by)

    def putting_forward_problems(self):
        if self.recommendations.filter(revision=self.latest).exists():
            return []
        return [Problem("Nobody has given a recommendation about this revision yet.")]

    @transaction.atomic
    def reopen(self, *, by, reason):
        """Take an application that was put forward back into review."""
        self._begin("reopen", by)
        staged = "A decision is staged: take it back first."
        refuse_if([Problem(staged)] if self.staged else [])
        self._move("reopen", by, reason=reason)
