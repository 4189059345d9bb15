"""The verbs of those who decide about an application."""

from django.db import transaction
from django.utils import timezone

from members.models import telling
from members.models.acceptance import Acceptance, take_turns_in_accepting
from members.models.people import User
from members.models.problems import Problem, refuse_if, refuse_longer
from members.models.text import validate_text
from members.models.verdicts import Verdict
from peso import policy


class Deciding:
    """Staging a decision, reading its mails, releasing it or taking it back."""

    @property
    def staged(self):
        """The decision that waits to be released, or None."""
        return self.verdicts.staged().first()

    @property
    def verdict(self):
        """The decision that was released last, or None."""
        return self.verdicts.released().order_by("-released_at").first()

    @transaction.atomic
    def stage(
        self,
        *,
        by,
        outcome,
        reason,
        clause,
        level=None,
        starts_on=None,
        organization=None,
        proposals=(),
        private_note="",
        votes_for=None,
        votes_against=None,
    ):
        """Prepare a decision and its mails; nothing is told to anybody yet.

        `organization` is the record that an acceptance is for, if the registry has it
        already; `proposals` are the numbers of the proposed communities to be added.
        """
        self._begin("stage", by)
        verdict = Verdict(
            application=self,
            outcome=outcome,
            level=level,
            starts_on=starts_on,
            organization=organization,
            proposals=sorted(set(proposals)),
            reason=reason.strip(),
            private_note=private_note.strip(),
            clause=clause,
            votes_for=votes_for,
            votes_against=votes_against,
            staged_by=by,
        )
        refuse_longer(reason=verdict.reason, private_note=verdict.private_note)
        verdict.full_clean()
        refuse_if(self.staging_problems(verdict))
        verdict.save()
        # Whoever represents the record that was chosen has an interest now.
        self.forget()
        policy.require(by, "application.stage", self)
        self._record("stage", by, reason=verdict.get_outcome_display())
        telling.staged(self, verdict, by)
        return verdict

    def staging_problems(self, verdict):
        """Why this decision could not be released as it stands."""
        found = []
        acceptance = Acceptance(self, verdict)
        if verdict.is_acceptance:
            found += acceptance.problems()
        elif self.state == self.State.DECLINED:
            found.append(Problem("The application is declined already.", "outcome"))
        return found + acceptance.decision.majority_problems()

    @transaction.atomic
    def take_back(self, *, by, reason=""):
        """Take back a decision that is staged, and its mails."""
        self._begin("take_back", by)
        validate_text(reason)
        refuse_longer(reason=reason)
        refuse_if(self._nothing_staged())
        self._take_back_staged(by)
        self._record("take_back", by, reason=reason)

    @transaction.atomic
    def release(self, *, by, verdict=None):
        """Let the staged decision hold, and send its mails.

        `verdict` is the key of the one that its officer has read, if that is known:
        another one may have been staged since.

        An acceptance makes the organization, all that belongs to it, and its
        membership here, in one transaction; a second release finds nothing staged.
        """
        self._begin("release", by)
        refuse_if(self._nothing_staged())
        staged = self.staged
        if verdict not in (None, staged.pk):
            refuse_if([Problem("Another decision was staged since: read it first.")])
        if staged.is_acceptance:
            take_turns_in_accepting()
        refuse_if(self.staging_problems(staged))
        staged.decision = self._carry_out(staged, by)
        staged.released_by, staged.released_at = by, timezone.now()
        staged.took = staged.released_at - self.submitted_at
        staged.save()
        telling.released(self, by)

    def _carry_out(self, verdict, by):
        """Do what was decided; the decision that the consortium has of it now."""
        acceptance = Acceptance(self, verdict)
        told = {"reason": verdict.reason, "told": True}
        if verdict.is_acceptance:
            organization, decision = acceptance.make(by=by)
            self._move("accept", by, organization=organization, **told)
        else:
            decision = acceptance.decide(by=by)
            self._move("decline", by, **told)
        return decision

    def _nothing_staged(self):
        return [] if self.staged else [Problem("No decision is staged.")]

    def _take_back_staged(self, by):
        """Take back what is staged, if anything is, with its mails and links."""
        verdict = self.staged
        if verdict is None:
            return
        verdict.taken_back_by, verdict.taken_back_at = by, timezone.now()
        verdict.save(update_fields=["taken_back_by", "taken_back_at"])
        registry = User.objects.registry()
        for mail in self.mails.in_state("draft"):
            mail.discard(by=registry)
        for invitation in self.invitations.unused().filter(role=""):
            invitation.note_revoked(by)
