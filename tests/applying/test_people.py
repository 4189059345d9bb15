"""Who takes part in an application, who judges it, and what each of them reads."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import Application, Mail
from tests import factories

pytestmark = pytest.mark.django_db


def seen(user, what="for_review"):
    return set(getattr(Application.objects, what)(user).values_list("state", flat=True))


def test_what_is_written_is_seen_by_its_writers_and_then_by_reviewers():
    editor, reviewer = factories.applicant(), factories.reviewer()
    factories.application(by=editor)
    factories.application(state="submitted")

    assert seen(editor, "mine") == seen(editor, "in_hands_of") == {"draft"}
    assert seen(reviewer) == {"submitted"}
    assert seen(editor) == seen(reviewer, "in_hands_of") == set()
    without_factor = factories.user(superuser=True, second_factor=False)
    for stranger in (factories.applicant(), AnonymousUser(), without_factor):
        assert seen(stranger) == seen(stranger, "mine") == set()
        assert seen(stranger, "in_hands_of") == set()


def test_a_letter_that_is_being_entered_is_seen_by_those_who_enter_letters():
    clerk = factories.user(permissions=["enter_application"])
    Application.open(by=clerk, source="letter")

    other = factories.user(permissions=["enter_application"])
    assert seen(other, "in_hands_of") == {"draft"}
    assert seen(factories.reviewer(), "in_hands_of") == set()
    assert seen(factories.officer()) == {"draft"}
    assert seen(factories.reviewer()) == set()


def test_whoever_took_part_in_writing_never_meets_it_in_the_workbench():
    officer, application = factories.officer(), factories.application()
    invitation = application.invite(
        by=application.opened_by, email=officer.email, role="reader"
    )
    application.join(invitation, by=officer)
    application.submit(by=application.opened_by)
    assert seen(officer) == set()

    application.leave(by=officer)

    assert seen(officer, "mine") == seen(officer) == set()
    with pytest.raises(PermissionDenied, match="took part in writing"):
        application.take_up(by=officer)


def test_recommendations_are_hidden_until_one_is_given_or_the_review_ends():
    application = factories.application(state="in_review")
    first, second, officer = (
        factories.reviewer(),
        factories.reviewer(),
        factories.officer(),
    )
    given = application.recommend(by=first, advice="decline", reasons="Too thin")

    assert application.recommendations_for(second) == []
    assert application.recommendations_for(application.opened_by) == []
    assert application.recommendations_for(first) == [given]
    application.request_changes(by=officer, text="Say more.")
    assert application.recommendations_for(second) == []
    application.submit(by=application.opened_by)
    assert application.recommendations_for(first) == []
    other = application.recommend(by=second, advice="accept", reasons="Now it is fine")
    changed = application.recommend(by=second, advice="undecided", reasons="Or is it?")
    assert application.recommendations_for(second) == [changed]
    assert other != changed
    application.put_forward(by=officer)
    assert application.recommendations_for(first) == [changed]
    application.reopen(by=officer, reason="A doubt")
    assert application.recommendations_for(first) == []


def test_nothing_is_put_forward_that_nobody_has_advised_on():
    application = factories.application(state="in_review")

    with pytest.raises(ValidationError, match="Nobody has given a recommendation"):
        application.put_forward(by=factories.officer())


def test_comments_are_read_by_those_they_are_for():
    application = factories.application(state="in_review")
    reviewer, officer = factories.reviewer(), factories.officer()
    application.comment(by=officer, text="To staff")
    application.comment(by=reviewer, text="To reviewers", visibility="reviewers")
    application.comment(by=reviewer, text="To all", visibility="applicant")
    application.reply(by=application.opened_by, text="From us")

    def read(user):
        return [comment.text for comment in application.comments_for(user)]

    assert read(officer) == ["To staff", "To reviewers", "To all", "From us"]
    assert read(reviewer) == ["To reviewers", "To all", "From us"]
    assert read(application.opened_by) == ["To all", "From us"]
    told = Mail.objects.filter(kind="comment")
    assert {mail.to for mail in told} == {application.opened_by.email}
    assert all("To all" in mail.text for mail in told)


def test_whoever_represents_the_applicant_or_its_host_has_an_interest():
    institution = factories.institution()
    member = factories.member(name="Sparse Solvers")
    factories.host(organization=member, institution=institution)
    reviewers = [factories.reviewer() for _ in range(4)]
    by_account, by_address, past, free = reviewers
    person = factories.person()
    person.account = by_account
    person.save()
    factories.representative(organization=member, person=person)
    other = factories.person(email=by_address.email.upper())
    factories.representative(organization=member, person=other)
    gone = factories.person(email=past.email)
    factories.representative(organization=member, person=gone, ended_on=factories.LATER)
    given = factories.answers(hosts=[str(institution.pk)])
    application = factories.application(state="submitted", given=given)

    found = {each: application.interests_of(each) for each in reviewers}

    text = "represents Sparse Solvers, which has the same host institution"
    assert found == {by_account: [text], by_address: [text], past: [], free: []}
    with pytest.raises(ValidationError, match="conflict of interest"):
        application.assign(to=by_account, by=free)
    application.assign(to=past, by=free)
    assert application.assigned_to == past


def test_only_who_takes_part_can_leave():
    application = factories.application()

    with pytest.raises(PermissionDenied):
        application.leave(by=factories.officer())


def test_the_last_editor_stays_while_it_is_open():
    application = factories.application()
    by = application.opened_by
    reader = factories.applicant()
    application.join(
        application.invite(by=by, email="a@b.example", role="reader"), by=reader
    )

    with pytest.raises(ValidationError, match="last editor"):
        application.leave(by=by)
    application.leave(by=reader)
    application.withdraw(by=by)
    application.leave(by=by)
    assert not application.collaborators.active().exists()


def test_a_closed_account_joins_nothing():
    application = factories.application()
    invitation = application.invite(
        by=application.opened_by, email="a@b.example", role="editor"
    )

    with pytest.raises(PermissionDenied):
        application.join(invitation, by=factories.user(is_active=False))


def test_people_are_called_by_their_names_in_mails():
    by = factories.applicant(email="ada@example.org")
    application = factories.application(by=by)
    application.invite(by=by, email="a@b.example", role="reader")
    application.withdraw(by=by)

    texts = "".join(Mail.objects.values_list("text", flat=True))
    assert by.username not in texts
    assert "ada@example.org invites" in "".join(
        Mail.objects.values_list("subject", flat=True)
    )


def test_a_new_application_starts_from_the_old_one():
    application = factories.application(state="declined")
    by = application.opened_by
    other = factories.applicant()
    application.collaborators.create(user=other, role="editor")

    later = application.reapply(by=by)

    kept = dict(application.draft)
    assert kept.pop("agreement")
    assert later.draft == kept
    assert (later.earlier, later.state, later.latest) == (application, "draft", None)
    with pytest.raises(ValidationError, match="has begun a new application"):
        application.reapply(by=other)
    later.withdraw(by=by)
    assert application.reapply(by=other).opened_by == other


def test_whoever_joined_what_staff_entered_applies_anew_without_them():
    clerk = factories.user(permissions=["enter_application"])
    application = Application.open(by=clerk, source="letter")
    invitation = application.invite(by=clerk, email="a@b.example", role="editor")
    editor = factories.applicant()
    application.join(invitation, by=editor)
    application.withdraw(by=clerk)

    later = application.reapply(by=editor)

    assert (later.source, later.part_of(editor)) == ("form", "editor")
    assert later.part_of(clerk) == ""


def test_replies_are_mailed_to_who_has_it_while_they_may_review(settings):
    settings.CONTACT_EMAIL = "contact@peso.example"
    application = factories.application(state="submitted")
    reviewer, by = factories.reviewer(), application.opened_by
    application.take_up(by=reviewer)

    application.reply(by=by, text="When will you decide?")
    reviewer.user_permissions.clear()
    Application.objects.get(pk=application.pk).reply(by=by, text="And why so late?")

    told = Mail.objects.filter(kind="replied").values_list("to", "text")
    assert {to for to, text in told if "When will" in text} == {
        "contact@peso.example",
        reviewer.email,
    }
    assert {to for to, text in told if "And why" in text} == {"contact@peso.example"}
