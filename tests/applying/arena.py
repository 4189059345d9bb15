"""Many applications at once, written as rows, and verbs that race for them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from members.models import (
    Answer,
    Application,
    Collaborator,
    Recommendation,
    Revision,
    WebsiteCheck,
)
from members.models.drafting import current_vocabulary, wording
from tests import factories


def applications(number, *, state="draft", by, **changed):
    """`number` of them in `state`, complete, with `by` as their editor."""
    submitted_at = None if state == "draft" else timezone.now()
    rows = Application.objects.bulk_create(
        Application(opened_by=by, state=state, submitted_at=submitted_at)
        for _ in range(number)
    )
    given = [factories.answers(short_name="", **changed) for _ in rows]
    Collaborator.objects.bulk_create(
        Collaborator(application=row, user=by, role="editor") for row in rows
    )
    Answer.objects.bulk_create(
        Answer(application=row, key=key, value=value, by=by)
        for row, answers in zip(rows, given, strict=True)
        for key, value in answers.items()
    )
    if state != "draft":
        _hand_in(rows, given, by)
    return [row.pk for row in rows]


def _hand_in(rows, given, by):
    words = wording(current_vocabulary())
    revisions = Revision.objects.bulk_create(
        Revision(application=row, number=1, answers=answers, wording=words, by=by)
        for row, answers in zip(rows, given, strict=True)
    )
    WebsiteCheck.objects.bulk_create(
        WebsiteCheck(revision=revision, url="") for revision in revisions
    )
    Recommendation.objects.bulk_create(
        Recommendation(
            application=row, revision=revision, advice="accept", reasons="-", by=by
        )
        for row, revision in zip(rows, revisions, strict=True)
    )


def race(keys, *calls):
    """For each key what each call answers when all start at once.

    Refusals are their text. Each call has one connection for all rounds.
    """
    barrier = Barrier(len(calls))

    def run(call):
        try:
            return [_round(barrier, call, key) for key in keys]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(zip(*pool.map(run, calls), strict=True))


def _round(barrier, call, key):
    barrier.wait(timeout=30)
    try:
        return call(Application.objects.get(pk=key))
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    except PermissionDenied as refusal:
        return str(refusal)


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, str)]
