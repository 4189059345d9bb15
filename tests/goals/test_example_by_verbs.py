"""The example is written by COPY; here its stories are told again by the verbs."""

import datetime as dt

import pytest

from goals.example import loading, sketches, stories
from goals.models import Commitment, Goal
from members.models import Community, Decision, Membership, Organization, User
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)
# Between them they have seen every turn that there is.
TOLD = {"conturb", "kaguya", "ohmwe", "pine", "prisma", "sextant"}


def test_rows_and_events_are_those_that_the_verbs_write():
    loading.load(24, seed=1, on=DAY)
    expected = told()
    written_stories = [
        stories.tell(sketch, number=number, seed=1, on=DAY)
        for number, sketch in enumerate(sketches.handwritten())
        if sketch["short_name"].lower() in TOLD
    ]
    loading.remove()
    for kind, facts in sketches.communities():
        Community.objects.create(kind=kind, **facts)

    replay(written_stories)

    assert told() == expected


def told():
    """What verbs decide."""
    return {
        organization.slug: {
            "facts": (organization.full_name, str(organization.successor)),
            "succeeded": organization.succeeded_on,
            "slugs": list(organization.old_slugs.values_list("slug", flat=True)),
            "names": set(
                organization.names.exclude(kind="translated").values_list(
                    "kind", "text", "ended_on"
                )
            ),
            "memberships": list(
                organization.memberships.values_list(
                    "started_on",
                    "ended_on",
                    "end_reason",
                    "level__slug",
                    "earlier__started_on",
                    "termination__kind",
                )
            ),
            "commitments": list(
                organization.commitments.values_list(
                    "goal", "effort", "statement", "started_on", "ended_on"
                )
            ),
            "confirmed": list(
                organization.commitments.values_list("confirmed_on", flat=True)
            ),
            "events": sorted(
                organization.events.values_list(
                    "effective_on",
                    "verb",
                    "before",
                    "after",
                    "reason",
                    "membership__started_on",
                    "by__username",
                ),
                key=str,
            ),
        }
        for organization in Organization.objects.filter(slug__in=TOLD)
    }


def replay(written_stories):
    """Do by verbs, in the order of days, what the stories tell."""
    by = User.objects.registry()
    organizations, acts = {}, []
    for story in written_stories:
        organization = first_record(story)
        organizations[story.short_name] = organization
        acts += acts_of(story, organization, organizations, by)
    # On one day, commitments end before the membership, and that before all else.
    for *_, act in sorted(acts, key=lambda act: act[:2]):
        act()


def first_record(story):
    former = {kind: text for kind, text, _, ended_on in story.names if ended_on}
    return factories.organization(
        name=former.get("former", story.name),
        short_name=former.get("short", story.short_name),
        slug=story.old_slugs[0] if story.old_slugs else story.slug,
    )


def acts_of(story, organization, organizations, by):
    if story.renamed:
        yield (
            story.renamed[0],
            3,
            lambda: organization.rename(
                by=by,
                on=story.renamed[0],
                reason="The old name no longer said what it does.",
                name=story.name,
                short_name=story.short_name,
                slug=story.slug,
            ),
        )
    for stay in story.stays:
        yield (stay.started_on, 3, lambda s=stay: begin(organization, s, by))
        if stay.ended_on and stay.end_reason != "level_changed":
            yield (stay.ended_on, 1, lambda s=stay: end(organization, s, by))
    for pledge in story.pledges:
        yield (pledge.started_on, 3, lambda p=pledge: state(organization, p, by))
        for day in pledge.confirmations:
            yield (
                day,
                3,
                lambda p=pledge, d=day: commitment(organization, p).confirm(
                    by=by, on=d
                ),
            )
        if pledge.withdrawn:
            yield (
                pledge.ended_on,
                0,
                lambda p=pledge: commitment(organization, p).end(
                    by=by, on=p.ended_on, reason="It is no longer a member."
                ),
            )
    if story.successor:
        yield (
            story.succeeded_on,
            2,
            lambda: organization.succeed_by(
                organizations[story.successor], by=by, on=story.succeeded_on, reason=""
            ),
        )


def begin(organization, stay, by):
    facts = {
        "level": factories.level(slug=stay.level),
        "by": by,
        "on": stay.started_on,
        "reason": stay.reason,
    }
    last = organization.memberships.order_by("started_on").last()
    if stay.begins == "admitted":
        Membership.admit(organization, **facts)
    elif stay.begins == "level_changed":
        last.change_level(**facts)
    else:
        last.reinstate(**facts)


def end(organization, stay, by):
    termination = None
    if stay.termination:
        termination = Decision.objects.create(
            kind="termination",
            organization=organization,
            question=stay.termination.question,
            ground=stay.termination.ground,
            outcome="carried",
            decided_by=by,
            decided_at=dt.datetime.now(tz=dt.UTC),
        )
    organization.memberships.get(ended_on=None).end(
        how=stay.end_reason,
        by=by,
        on=stay.ended_on,
        reason=stay.why_ended,
        termination=termination,
    )


def state(organization, pledge, by):
    goal = Goal.objects.get(slug=pledge.goal)
    Commitment.state(
        organization,
        goal,
        effort=pledge.effort,
        by=by,
        on=pledge.started_on,
        statement=pledge.statement,
        approaches=goal.approaches.filter(position__in=pledge.approaches),
        communities=Community.objects.filter(slug__in=pledge.communities),
        evidence=[(title, url) for title, url, _ in pledge.evidence],
    )


def commitment(organization, pledge):
    return organization.commitments.get(
        goal__slug=pledge.goal, started_on=pledge.started_on
    )
