"""An application from its first answer to a member, by its verbs."""

import pytest

from members.models import Application
from tests import factories
from tests.factories import LATER

pytestmark = pytest.mark.django_db


def test_an_accepted_application_is_a_member_with_all_it_said():
    application = factories.application(state="recommended")
    factories.stage(application)

    application.release(by=factories.officer())

    organization = application.organization
    membership = organization.memberships.get()
    assert (membership.level.slug, membership.started_on) == ("core", LATER)
    assert membership.admission == application.verdict.decision
    assert organization.commitments.count() == 7
    assert {c.wording for c in organization.commitments.all()} == {
        c.goal.title for c in organization.commitments.all()
    }
    assert organization.services.get().how == "By writing solvers"
    roles = organization.representatives.values_list("role", "person__name")
    assert set(roles) == {
        ("lead", "Ada Lovelace"),
        ("primary_contact", "Grace Hopper"),
        ("seat_holder", "Ada Lovelace"),
    }
    assert application.state == Application.State.ACCEPTED


def test_a_comment_sent_twice_in_a_moment_is_one():
    application, officer = factories.application(state="in_review"), factories.officer()
    told = application.mails.count

    first = application.comment(by=officer, text="Hello.", visibility="applicant")
    mails = told()
    second = application.comment(by=officer, text=" Hello. ", visibility="applicant")
    third = application.comment(by=officer, text="Hello.", visibility="reviewers")

    assert first == second != third
    assert told() == mails
