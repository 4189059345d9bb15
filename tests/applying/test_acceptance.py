"""What an acceptance makes, all of it or nothing."""

import copy
import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from goals.models import Commitment, Goal
from members.models import (
    Community,
    Decision,
    Event,
    Mail,
    Membership,
    Organization,
    Person,
    SearchDocument,
    Verdict,
)
from members.models.drafts import INVITATION_LASTS
from tests import factories
from tests.factories import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


def recommended(**changed):
    return factories.application(
        state="recommended", given=factories.answers(**changed)
    )


@pytest.fixture(scope="module")
def rows(kept):
    return kept(lambda: recommended(name="Quick Wonders", short_name="QUWO"))


@pytest.fixture
def application(rows, db):
    """The recommended application of those who need no answer of their own."""
    return copy.deepcopy(rows)


def accepted(application, **facts):
    officer = factories.officer()
    factories.stage(application, by=officer, **facts)
    application.release(by=officer)
    return application.organization


def refusal(application, **facts):
    with pytest.raises(ValidationError) as error:
        accepted(application, **facts)
    return " ".join(error.value.messages)


# All that it makes


def test_all_that_an_application_says_is_kept():
    institution = factories.institution()
    community = factories.community(name="Fusion")
    goal = factories.goal()
    approach, other = goal.approaches.all()[:2]
    long_address = "https://sparse.example/" + "x" * 300
    application = recommended(
        name="Sparse Solvers",
        short_name="SPSO",
        description="Two\n\nparagraphs",
        website="sparse.example",
        former_names="Dense\tSolvers\n\nSolvers",
        translated_names="de: Dünne Löser\nfr: Solveurs",
        hosts=[str(institution.pk)],
        communities=[str(community.pk)],
        proposal__1__name="Meshes",
        proposal__1__kind="capability",
        proposal__1__how="By meshing",
        proposal__2__name="Nothing",
        proposal__2__kind="community",
        lead__is_public=True,
        lead__affiliation="ETH",
        **{
            f"how-{community.pk}": "By fusing",
            "workforce-effort": "leads",
            "workforce-statement": "We teach.",
            "workforce-approaches": [str(approach.pk), str(other.pk)],
            "workforce-communities": [str(community.pk), "proposal-1", "proposal-2"],
            "workforce-evidence-1-url": "sparse.example/report",
            "workforce-evidence-1-title": "Report",
            "workforce-evidence-2-url": long_address,
        },
    )

    organization = accepted(application, proposals=[1])

    assert organization.full_name == "Sparse Solvers (SPSO)"
    assert organization.slug == "spso"
    assert organization.website == "https://sparse.example"
    assert organization.description == "Two\n\nparagraphs"
    assert set(organization.names.values_list("kind", "text", "language")) == {
        ("former", "Dense Solvers", ""),
        ("former", "Solvers", ""),
        ("translated", "Dünne Löser", "de"),
        ("translated", "Solveurs", "fr"),
    }
    host = organization.hosts.get()
    assert (host.institution, host.started_on) == (institution, LATER)
    meshes = Community.objects.get(name="Meshes")
    assert (meshes.kind, meshes.slug) == ("capability", "meshes")
    assert set(organization.services.values_list("community", "how")) == {
        (community.pk, "By fusing"),
        (meshes.pk, "By meshing"),
    }
    assert not Community.objects.filter(name="Nothing").exists()
    commitment = organization.commitments.get(goal=goal)
    assert (commitment.effort, commitment.statement) == ("leads", "We teach.")
    assert set(commitment.approaches.all()) == {approach, other}
    assert set(commitment.communities.all()) == {community, meshes}
    assert set(commitment.evidence.values_list("title", "url")) == {
        ("Report", "https://sparse.example/report"),
        (long_address[:200], long_address),
    }
    lead = organization.representatives.get(role="lead")
    assert (lead.visibility, lead.started_on) == ("public", LATER)
    assert lead.person.affiliation == "ETH"
    assert (
        organization.representatives.exclude(role="lead")
        .filter(visibility="staff")
        .count()
        == 2
    )


def test_search_and_coverage_know_the_member(application):
    today = timezone.localdate()
    organization = accepted(application, starts_on=today)

    document = SearchDocument.objects.get(organization=organization)
    assert "wonders" in str(document.words)
    assert list(Organization.objects.members()) == [organization]
    assert Commitment.objects.of_members().count() == Goal.objects.count()


def test_the_decision_says_who_when_why_and_on_which_clause(application):
    officer = factories.officer()
    factories.stage(
        application, by=officer, votes_for=9, votes_against=1, private_note="Close"
    )
    releasing = factories.officer()
    application.release(by=releasing)

    verdict = application.verdict
    decision = verdict.decision
    assert (verdict.staged_by, verdict.released_by) == (officer, releasing)
    assert (decision.kind, decision.outcome) == ("admission", "carried")
    assert (decision.clause, decision.reason) == ("By-laws, 2", "It was decided so.")
    assert (decision.votes_for, decision.votes_against) == (9, 1)
    assert (decision.decided_by, decision.organization) == (
        releasing,
        application.organization,
    )
    assert "Close" not in decision.reason
    event = Event.objects.get(verb="admitted")
    assert (event.by, event.organization) == (releasing, application.organization)


def test_the_wording_stays_as_it_was_agreed_to(application):
    goal = factories.goal()
    agreed = goal.title
    goal.title = "Something quite different"
    goal.save()

    organization = accepted(application)

    assert organization.commitments.get(goal=goal).wording == agreed


def test_a_decline_makes_nothing_but_the_decision(application):
    factories.stage(application, outcome="decline", by=(by := factories.officer()))
    application.release(by=by)

    assert Organization.objects.count() == Person.objects.count() == 0
    decision = Decision.objects.get()
    assert (decision.outcome, decision.organization) == ("lost", None)
    assert application.organization is None


# People


def test_who_has_the_same_address_is_one_person():
    ada = factories.person(name="A. Lovelace", email="ADA@example.org")
    application = recommended(
        lead__email="ada@example.org", seat_holder__email="Ada@Example.org"
    )

    organization = accepted(application)

    assert set(organization.representatives.values_list("role", "person__name")) == {
        ("lead", "A. Lovelace"),
        ("seat_holder", "A. Lovelace"),
        ("primary_contact", "Grace Hopper"),
    }
    assert Person.objects.count() == 2
    claimed = application.invitations.filter(role="").get(person=ada)
    assert claimed.email == "ada@example.org"


def test_invitations_are_known_by_person_and_last_from_the_release_on(application):
    officer = factories.officer()
    factories.stage(application, by=officer)
    long_ago = timezone.now() - dt.timedelta(days=40)
    application.invitations.update(
        invited_at=long_ago, expires_at=long_ago + INVITATION_LASTS
    )

    application.release(by=officer)

    invitations = application.invitations.filter(role="")
    assert invitations.count() == 2
    for invitation in invitations:
        assert invitation.is_open
        assert invitation.person.email == invitation.email
    mails = Mail.objects.filter(kind="representative-invitation")
    assert {mail.state for mail in mails} == {"queued"}
    assert "lead and proposed seat holder" in mails.get(to__startswith="lead").text


def test_a_level_without_seats_gets_no_seat_holder():
    application = recommended(
        seat_holder__name="Emmy Noether", seat_holder__email="emmy@example.org"
    )

    organization = accepted(application, level=factories.level(slug="affiliate"))

    roles = organization.representatives.values_list("role", flat=True)
    assert set(roles) == {"lead", "primary_contact"}
    assert not Mail.objects.filter(to="emmy@example.org").exists()


# Records that are there already


def test_a_former_member_is_reinstated_and_linked():
    known = factories.member(
        name="Sparse Solvers", short_name="SPSO", focus="Old", ended_on=LATER
    )
    holder = factories.representative(organization=known, role="seat_holder")
    before = known.memberships.get()
    application = recommended(
        name="Sparser Solvers",
        short_name="",
        focus="New",
        **{f"duplicate-organization-{known.public_id}": "us"},
    )

    organization = accepted(
        application, organization=known, starts_on=LATER + dt.timedelta(days=9)
    )

    assert organization == known
    known.refresh_from_db()
    assert (known.name, known.short_name, known.focus) == (
        "Sparser Solvers",
        "SPSO",
        "New",
    )
    assert known.names.get().text == "Sparse Solvers"
    membership = known.memberships.get(earlier=before)
    assert membership.admission == application.verdict.decision
    assert set(known.events.values_list("verb", flat=True)) >= {"reinstated", "renamed"}
    holder.refresh_from_db()
    assert holder.ended_on == membership.started_on
    assert known.representatives.get(role="seat_holder", ended_on=None)


def test_a_member_is_not_accepted_again(application):
    known = factories.member(started_on=LATER + dt.timedelta(days=30))

    message = refusal(application, organization=known)

    assert "is a member on that day already, or becomes one later" in message
    assert known.memberships.count() == 1


@pytest.mark.parametrize("field", ["name", "short_name"])
def test_a_name_that_is_taken_is_told_when_the_decision_is_staged(application, field):
    factories.organization(
        **{"name": "Any", field: "ＱＵＷＯ" if field != "name" else "quick  WONDERS"}
    )

    assert "choose that record, or have the name changed" in refusal(application)
    assert application.staged is None


def test_a_name_that_is_taken_later_is_told_when_the_decision_is_released(
    application,
):
    officer = factories.officer()
    factories.stage(application, by=officer)
    factories.organization(name="Quick wonders")

    with pytest.raises(ValidationError, match="choose that record"):
        application.release(by=officer)

    application.refresh_from_db()
    assert application.state == "recommended"
    assert not Mail.objects.filter(kind="accepted").exclude(state="draft").exists()


def test_a_slug_that_is_taken_is_counted_on(application):
    factories.organization(slug="quwo")

    assert accepted(application).slug == "quwo-2"


# Proposals


def test_a_proposal_that_is_there_already_is_not_added_again():
    fusion = factories.community(name="Fusion")
    application = recommended(proposal__1__name="FUSION", proposal__1__kind="community")

    organization = accepted(application, proposals=[1, 1])

    assert organization.services.filter(community=fusion).exists()
    assert Community.objects.filter(folded_name="fusion").count() == 1


def test_what_was_not_proposed_is_not_added(application):
    assert "was not proposed" in refusal(application, proposals=[2])


def test_a_commitment_for_a_proposal_alone_takes_the_proposal():
    application = recommended(
        proposal__1__name="Meshes",
        proposal__1__kind="community",
        **{"workforce-communities": ["proposal-1"]},
    )

    assert "is for proposals alone" in refusal(application)
    organization = accepted(application, proposals=[1])
    commitment = organization.commitments.get(goal__slug="workforce")
    assert commitment.communities.get().name == "Meshes"


# The decision itself


def test_votes_that_mean_the_opposite_are_told_when_it_is_staged(application):
    assert "means lost" in refusal(application, votes_for=1, votes_against=9)


def test_whoever_represents_the_record_does_not_decide(application):
    known = factories.member(ended_on=LATER)
    officer = factories.officer()
    person = factories.person(email=officer.email)
    factories.representative(organization=known, person=person)

    with pytest.raises(PermissionDenied, match="conflict of interest"):
        factories.stage(application, by=officer, organization=known)

    assert application.staged is None
    factories.stage(application, organization=known)
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        application.release(by=officer)


def test_mails_of_a_staged_decision_leave_with_it_alone(application):
    officer = factories.officer()
    factories.stage(application, by=officer)
    mail = application.mails.get(kind="accepted")

    with pytest.raises(ValidationError, match="leaves with the decision"):
        mail.release(by=officer)

    mail.edit(subject="Welcome", text="Dear all\n", by=officer)
    application.release(by=officer)
    mail.refresh_from_db()
    assert (mail.state, mail.text) == ("queued", "Dear all\n")


@pytest.mark.parametrize("outcome", ["accept", "decline"])
def test_a_decision_is_told_to_those_who_take_part_when_it_is_released(
    application, outcome
):
    editor, officer = application.opened_by, factories.officer()
    parts = application.collaborators
    gone, spared = factories.applicant(), factories.applicant()
    for each in (gone, spared):
        parts.create(user=each, role="reader")
    factories.stage(application, outcome=outcome, by=officer)
    application.mails.get(state="draft", to=spared.email).discard(by=officer)
    application.dismiss(parts.get(user=gone), by=editor)
    late = factories.applicant()
    parts.create(user=late, role="reader")
    moved = editor.email
    editor.email = "moved@example.org"
    editor.save()

    application.release(by=officer)

    kind = {"accept": "accepted", "decline": "declined"}[outcome]
    mails = application.mails.filter(kind=kind)
    sent = {mail.to: mail.text for mail in mails.filter(state="queued")}
    assert set(sent) == {late.email, "moved@example.org"}
    assert len(set(sent.values())) == 1
    left = mails.filter(state="discarded").values_list("to", flat=True)
    assert set(left) == {gone.email, moved, spared.email}


def test_a_decision_that_is_taken_back_leaves_nothing_to_be_sent(application):
    officer = factories.officer()
    factories.stage(application, by=officer)

    application.take_back(by=officer, reason="A doubt")

    assert set(
        application.mails.filter(
            kind__in=["accepted", "representative-invitation"]
        ).values_list("state", "text")
    ) >= {("discarded", "")}
    assert not application.mails.filter(state="draft").exists()
    assert not application.invitations.open().exists()
    assert application.events.last().reason == "A doubt"
    accepted(application)
    assert application.invitations.open().count() == 2


@pytest.mark.parametrize("verb", ["withdraw", "expire"])
def test_what_is_staged_falls_with_an_application_that_ends(application, verb):
    officer = factories.officer()
    verdict = factories.stage(application, by=officer)

    getattr(application, verb)(by=officer)

    verdict.refresh_from_db()
    assert (verdict.taken_back_by, application.staged) == (officer, None)
    assert not application.mails.filter(state="draft").exists()
    assert not application.invitations.unused().exists()


def test_a_declined_application_is_accepted_by_a_new_decision(application):
    officer = factories.officer()
    factories.stage(application, by=officer, outcome="decline")
    application.release(by=officer)
    first = application.verdict

    organization = accepted(application)

    assert application.verdict != first
    assert set(Verdict.objects.values_list("outcome", flat=True)) == {
        "decline",
        "accept",
    }
    assert organization.memberships.get().admission == application.verdict.decision
    states = application.events.order_by("pk").values_list("before", "after")
    assert list(states)[-1] == ("declined", "accepted")


def test_an_acceptance_is_released_once(application):
    officer = factories.officer()
    organization = accepted(application)

    with pytest.raises(ValidationError, match="too late"):
        application.release(by=officer)

    assert Membership.objects.get().organization == organization


def test_why_a_decision_is_taken_back_is_no_book(application):
    officer = factories.officer()
    factories.stage(application, by=officer)

    with pytest.raises(ValidationError, match="longest allowed is 20,000"):
        application.take_back(by=officer, reason="x" * 20_001)

    assert application.staged
