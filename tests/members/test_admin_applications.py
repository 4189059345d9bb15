"""What the admin tells of applications: to whom, and what it never tells."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from members.models import Application
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "Zaquvelir"


@pytest.fixture
def officer(client):
    """Signed in, with the rights of the role and none of a superuser."""
    user = factories.user(staff=True)
    user.groups.add(Group.objects.get(name="membership officer"))
    client.force_login(user)
    return user


def page(model, record=None, kind="change"):
    name = f"admin:members_{model}_"
    if record is None:
        return reverse(f"{name}changelist")
    return reverse(f"{name}{kind}", args=[record.pk])


def listed(client, model, query=""):
    return list(client.get(page(model) + query).context["cl"].result_list)


def test_list_shows_what_was_handed_in_and_nobodys_draft(client, officer):
    handed_in = factories.application(state="submitted")
    factories.application(state="draft")

    assert listed(client, "application") == [handed_in]
    shown = client.get(page("application"))
    assert handed_in.title in shown.text
    assert reverse("members:workbench_application", args=[handed_in.public_id]) in (
        shown.text
    )


def test_what_staff_entered_is_listed_before_it_is_handed_in(client, officer):
    entered = Application.open(by=factories.officer(), source="letter")

    assert listed(client, "application") == [entered]
    assert "No name yet" in client.get(page("application")).text


def test_an_application_is_found_by_name_and_public_id(client, officer):
    given = factories.answers(name="Solvers of Jena")
    one = factories.application(state="submitted", given=given)
    factories.application(state="submitted")

    assert listed(client, "application", "?q=jena") == [one]
    assert listed(client, "application", f"?q={one.public_id}") == [one]
    assert listed(client, "application", "?state=in_review") == []
    assert listed(client, "revision", "?q=jena") == [one.latest]


def test_nobody_reads_here_of_their_own_application(client, officer):
    own = factories.application(by=officer, state="declined")
    officers = factories.officer()
    own.comment(by=officers, text=SECRET, visibility="staff")
    rows = {
        "application": own,
        "comment": own.comments.first(),
        "verdict": own.verdicts.first(),
        "recommendation": own.recommendations.first(),
        "revision": own.latest,
        "applicationevent": own.events.first(),
    }

    for model, row in rows.items():
        assert listed(client, model) == []
        assert client.get(page(model, row)).status_code == 302
    for model in ("application", "verdict"):
        assert client.get(page(model, rows[model], "history")).status_code == 302


def test_history_of_the_decision_tells_nothing_of_the_application(client, officer):
    own = factories.application(by=officer, state="recommended")
    factories.stage(own, outcome="decline", private_note=SECRET)
    own.release(by=factories.officer())
    decision = own.verdicts.get().decision

    shown = client.get(page("decision", decision, "history"))

    assert shown.status_code == 200
    assert SECRET not in shown.text
    assert {change.kind_in_words for change in shown.context["changes"]} == {"Decision"}


def test_private_note_is_in_the_history_of_the_application(client, officer):
    application = factories.application(state="recommended")
    factories.stage(application, outcome="decline", private_note=SECRET)

    shown = client.get(page("application", application, "history"))

    assert SECRET in shown.text


def test_history_tells_no_comment(client, officer):
    application, by = factories.application(state="in_review"), factories.officer()
    for visibility in ("staff", "reviewers", "applicant"):
        application.comment(by=by, text=SECRET, visibility=visibility)

    for kind in ("change", "history"):
        shown = client.get(page("application", application, kind))
        assert shown.status_code == 200
        assert SECRET not in shown.text


def test_what_is_being_written_is_its_writers_own(client, officer):
    application = factories.application(state="changes_requested")
    application.save_answers({"description": SECRET}, by=application.opened_by)
    answer = application.answers.get(key="description")

    assert listed(client, "answer") == []
    assert client.get(page("answer", answer)).status_code == 302
    for kind in ("change", "history"):
        assert SECRET not in client.get(page("application", application, kind)).text

    application.submit(by=application.opened_by)

    assert answer in listed(client, "answer")
    assert SECRET in client.get(page("answer", answer)).text


def test_recommendations_are_hidden_from_who_has_not_advised(client, officer):
    application = factories.application(state="in_review")
    application.recommend(by=factories.officer(), advice="accept", reasons=SECRET)
    first = application.recommendations.get()

    assert listed(client, "recommendation") == []
    assert client.get(page("recommendation", first)).status_code == 302

    application.recommend(by=officer, advice="decline", reasons="No")
    assert len(listed(client, "recommendation")) == 2


def test_recommendations_are_shown_when_it_is_put_forward(client, officer):
    factories.application(state="recommended")

    assert len(listed(client, "recommendation")) == 1


def test_neither_content_of_files_nor_secrets_of_links_are_shown(client, officer):
    application = factories.application(state="submitted")
    by = application.opened_by
    document = application.attach(by=by, name="a.txt", content=SECRET.encode())
    invitation = application.invite(by=by, email="ada@example.org", role="editor")

    for model, row in {
        "application": application,
        "document": document,
        "invitation": invitation,
    }.items():
        for kind in ("change", "history"):
            text = client.get(page(model, row, kind)).text
            assert SECRET not in text
            assert invitation.token_digest not in text


def test_who_may_only_see_the_records_finds_none(client):
    """The right to see them in the admin says nothing without that to review."""
    factories.application(state="submitted")
    rights = ["view_application", "view_comment", "view_revision"]
    client.force_login(factories.user(staff=True, permissions=rights))

    for model in ("application", "comment", "revision"):
        assert listed(client, model) == []


def test_comments_of_staff_take_the_right_to_decide(client):
    application = factories.application(state="in_review")
    by = factories.officer()
    application.comment(by=by, text=SECRET, visibility="staff")
    application.comment(by=by, text="For reviewers", visibility="reviewers")
    rights = ["view_application", "view_comment", "review_application"]
    client.force_login(factories.user(staff=True, permissions=rights))

    (comment,) = listed(client, "comment")

    assert comment.text == "For reviewers"


def test_other_roles_have_none_of_these_pages(client):
    application = factories.application(state="submitted")
    pages = [page("application"), page("application", application)]
    pages.append(page("application", application, "history"))
    for role in ("viewer", "reviewer", "editor"):
        user = factories.user(staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

        assert [client.get(each).status_code for each in pages] == [403] * 3, role
        index = client.get(reverse("admin:index")).text
        assert "/admin/members/application/" not in index, role
