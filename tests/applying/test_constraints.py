"""What the database refuses of applications by itself: each constraint, by raw SQL."""

import copy
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members.models import (
    Answer,
    Application,
    Collaborator,
    Comment,
    Decision,
    Document,
    Invitation,
    Recommendation,
    Revision,
    Verdict,
    WebsiteCheck,
)
from tests import factories
from tests.factories import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

# name of the constraint -> an SQL command that it must refuse
REFUSED = {
    "application_state_known": """
        UPDATE members_application SET state = 'lost' WHERE id = {declined}""",
    "application_source_known": "UPDATE members_application SET source = 'fax'",
    "application_accepted_is_an_organization": """
        UPDATE members_application SET state = 'accepted' WHERE id = {declined}""",
    "application_submitted_has_time": """
        UPDATE members_application SET state = 'in_review' WHERE id = {draft}""",
    "application_draft_never_submitted": """
        UPDATE members_application SET state = 'draft' WHERE id = {declined}""",
    "application_not_its_own_earlier": """
        UPDATE members_application SET earlier_id = id""",
    "answer_once": """
        INSERT INTO members_answer (application_id, key, value, version, by_id, at)
        SELECT application_id, key, '"other"', 1, by_id, now() FROM members_answer""",
    "revision_number_once": """
        INSERT INTO members_revision (application_id, number, answers, wording, by_id)
        SELECT application_id, number, '{{}}', '{{}}', by_id FROM members_revision""",
    "collaborator_role_known": "UPDATE members_collaborator SET role = 'king'",
    "collaborator_left_after_joining": """
        UPDATE members_collaborator SET left_at = joined_at - interval '1 day'""",
    "collaborator_once": """
        INSERT INTO members_collaborator (application_id, user_id, role, joined_at)
        SELECT application_id, user_id, 'reader', now() FROM members_collaborator""",
    "invitation_role_known": "UPDATE members_invitation SET role = 'king'",
    "invitation_used_by_and_at": "UPDATE members_invitation SET used_at = now()",
    "invitation_revoked_by_and_at": """
        UPDATE members_invitation SET revoked_by_id = invited_by_id""",
    "invitation_used_or_revoked": """
        UPDATE members_invitation SET used_at = now(), used_by_id = invited_by_id,
        revoked_at = now(), revoked_by_id = invited_by_id""",
    "document_size_allowed": "UPDATE members_document SET size = 11 * 1024 * 1024",
    "comment_visibility_known": """
        INSERT INTO members_comment
            (application_id, visibility, text, is_from_applicants, by_id)
        SELECT application_id, 'staff', text, true, by_id FROM members_comment""",
    "recommendation_advice_known": """
        INSERT INTO members_recommendation
            (application_id, revision_id, advice, reasons, by_id)
        SELECT application_id, revision_id, 'maybe', '', by_id
        FROM members_recommendation""",
    "verdict_acceptance_has_level_and_start": """
        UPDATE members_verdict SET outcome = 'accept'""",
    "verdict_taken_back_by_and_at": """
        UPDATE members_verdict SET taken_back_at = now() WHERE id = {staged}""",
    "verdict_released_by_and_at": """
        UPDATE members_verdict SET released_by_id = NULL WHERE id = {released}""",
    "verdict_released_is_a_decision": """
        UPDATE members_verdict SET decision_id = NULL WHERE id = {released}""",
    "verdict_one_staged": """
        UPDATE members_verdict SET released_at = NULL, released_by_id = NULL,
        decision_id = NULL WHERE id = {released}""",
    "verdict_accepted_once": """
        UPDATE members_verdict SET outcome = 'accept', starts_on = '2025-01-01',
        level_id = {level}, released_at = now(), released_by_id = staged_by_id,
        decision_id = coalesce(decision_id, {decision})""",
    "website_check_has_time": "UPDATE members_websitecheck SET answered = true",
}


def one_row_of_everything():
    """All that belongs to an application, by its key."""
    by, now = factories.applicant(), timezone.now()
    draft = Application.objects.create(opened_by=by)
    application = Application.objects.create(
        opened_by=by, state="declined", submitted_at=now
    )
    every = {"application": application, "by": by}
    revision = Revision.objects.create(number=1, answers={}, wording={}, **every)
    Answer.objects.create(key="name", value="Solvers", **every)
    WebsiteCheck.objects.create(revision=revision)
    Collaborator.objects.create(application=application, user=by, role="editor")
    Invitation.objects.issue(
        application=application, email="a@b.example", invited_by=by
    )
    Document.objects.create(name="a.txt", content=b"a", size=1, **every)
    Comment.objects.create(text="Well.", **every)
    Recommendation.objects.create(revision=revision, advice="accept", **every)
    decisions = [
        Decision.objects.create(
            kind="admission", outcome="lost", decided_by=by, decided_at=now
        )
        for _ in range(2)
    ]
    facts = {"outcome": "decline", "reason": "-", "clause": "-", "staged_by": by}
    facts["application"] = application
    released = Verdict.objects.create(
        released_by=by, released_at=now, decision=decisions[0], **facts
    )
    staged = Verdict.objects.create(**facts)
    return {
        "draft": draft.pk,
        "declined": application.pk,
        "released": released.pk,
        "staged": staged.pk,
        "decision": decisions[1].pk,
        "level": factories.level().pk,
    }


def applications():
    draft = {"draft": factories.application(given={})}
    states = ("in_review", "recommended")
    return draft | {state: factories.application(state=state) for state in states}


@pytest.fixture(scope="module")
def rows(kept):
    return kept(lambda: (one_row_of_everything(), applications()))


@pytest.fixture
def in_review(rows, db):
    return copy.deepcopy(rows[1]["in_review"])


@pytest.fixture
def recommended(rows, db):
    return copy.deepcopy(rows[1]["recommended"])


@pytest.fixture
def draft(rows, db):
    return copy.deepcopy(rows[1]["draft"])


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(rows, name):
    with pytest.raises(IntegrityError) as refusal:
        run(REFUSED[name].format(**rows[0]))

    assert refusal.value.__cause__.diag.constraint_name == name


APPEND_ONLY = ["applicationevent", "comment", "recommendation", "revision"]
KEPT = [
    "answer",
    "application",
    "collaborator",
    "document",
    "invitation",
    "verdict",
]


@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT])
def test_nothing_of_an_application_is_deleted(table):
    with pytest.raises(Exception, match=r"Cannot (update or )?delete rows"):
        run(f"DELETE FROM members_{table}")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_said_is_never_changed(table):
    with pytest.raises(Exception, match="Cannot update or delete rows"):
        run(f"UPDATE members_{table} SET by_id = by_id")


# What people are told where they meet one of these


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"outcome": "accept"}, "An acceptance needs a level and a first day"),
        ({"outcome": "decline", "starts_on": LATER}, "An acceptance needs a level"),
        ({"outcome": "perhaps"}, "not a valid choice"),
        ({"outcome": "decline", "reason": " "}, "cannot be blank"),
        ({"outcome": "decline", "clause": ""}, "cannot be blank"),
        ({"outcome": "decline", "votes_for": -1}, "greater than or equal to 0"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_words(recommended, facts, message):
    with pytest.raises(ValidationError, match=message):
        recommended.stage(
            by=factories.officer(), **{"reason": "-", "clause": "-"} | facts
        )

    assert recommended.staged is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF-1.7 " + b"x" * 10 * 1024 * 1024, "at most 10"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"MZ\x90\x00", "none of the files"),
        ("a.png", b"%PDF-1.7", "does not fit"),
        ("a.txt", b"\x1f\x8b\x08", "none of the files"),
        ("a\u202efdp.txt", b"Dear all", "invisible character"),
        ("x" * 200 + ".txt", b"Dear all", "at most 200 characters"),
    ],
)
def test_a_document_that_lies_is_refused_in_words(draft, name, content, message):
    with pytest.raises(ValidationError, match=message):
        draft.attach(by=draft.opened_by, name=name, content=content)

    assert not draft.documents.exists()


def test_no_more_documents_than_anybody_needs(draft):
    by = draft.opened_by
    for number in range(20):
        draft.attach(by=by, name=f"{number}.txt", content=b"Dear all")

    with pytest.raises(ValidationError, match="20 documents already"):
        draft.attach(by=by, name="a.txt", content=b"Dear all")


@pytest.mark.parametrize(
    ("email", "role", "message"),
    [
        ("nobody", "editor", "not an e-mail address"),
        ("a@b.example\nBcc: c@d.example", "editor", "not an e-mail address"),
        ("x" * 250 + "@b.example", "editor", "not an e-mail address"),
        ("a@b.example", "", "Choose what this person may do"),
        ("a@b.example", "king", "Choose what this person may do"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_in_words(draft, email, role, message):
    with pytest.raises(ValidationError, match=message):
        draft.invite(by=draft.opened_by, email=email, role=role)

    assert not draft.invitations.exists()


def test_who_takes_part_or_is_invited_is_not_invited_again(draft):
    by = draft.opened_by
    draft.invite(by=by, email="A@b.example", role="reader")

    for email, message in [
        (by.email.upper(), "takes part already"),
        ("a@B.example", "invited already"),
    ]:
        with pytest.raises(ValidationError, match=message):
            draft.invite(by=by, email=email, role="reader")


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - dt.timedelta(days=1)},
        {"used": True},
        {"revoked": True},
        {"withdrawn": True},
    ],
)
def test_a_link_that_leads_nowhere_says_why(draft, change):
    application = draft
    by = application.opened_by
    invitation = application.invite(by=by, email="a@b.example", role="reader")
    if "used" in change:
        application.join(invitation, by=factories.applicant())
    elif "revoked" in change:
        application.revoke(invitation, by=by)
    elif "withdrawn" in change:
        application.withdraw(by=by)
    else:
        application.invitations.update(**change)

    with pytest.raises(
        ValidationError, match=r"used already|taken back|expired|closed"
    ):
        application.join(invitation, by=factories.applicant())

    assert application.collaborators.count() == (2 if "used" in change else 1)


def test_answers_under_keys_that_are_not_asked_are_refused_and_the_rest_is_kept(draft):
    saved = draft.save_answers(
        {
            "name": "Sparse Solvers",
            "nobody-asks": "x",
            "duplicate-" + "x" * 1000: "us",
            "duplicate-organization-ABCD1234": "perhaps",
            "hosts": ["123456"],
            "focus": "a\x00b",
        },
        by=draft.opened_by,
    )

    assert saved.versions == {"name": 1}
    assert {problem.field for problem in saved.problems} == {
        "nobody-asks",
        "duplicate-" + "x" * 1000,
        "duplicate-organization-ABCD1234",
        "hosts",
        "focus",
    }


SAYING = {
    "comment": {"text": ""},
    "request_changes": {"text": ""},
    "recommend": {"advice": "accept", "reasons": ""},
    "withdraw": {"reason": ""},
    "expire": {"reason": ""},
}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 20_001, "20,001 characters long"),
        ("a\x00b", "invisible character"),
        ("\u202egnp.exe", "invisible character"),
    ],
)
@pytest.mark.parametrize("verb", SAYING)
def test_what_is_said_is_text_that_anybody_can_read(in_review, verb, text, message):
    takes = {key: value or text for key, value in SAYING[verb].items()}

    with pytest.raises(ValidationError, match=message):
        getattr(in_review, verb)(by=factories.officer(), **takes)

    in_review.refresh_from_db()
    assert in_review.state == "in_review"
    assert not in_review.comments.exists()
