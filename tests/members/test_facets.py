"""Counts of facets, against counting by hand."""

import datetime as dt
import random

import pytest
from django.http import QueryDict
from django.utils import timezone

from goals.models import Commitment, Goal
from members.facets import LABELS
from members.forms import DirectoryForm
from members.models import Host, Level, Membership, Organization, Service
from tests import factories
from tests.factories import DAY, LATER

WORDS = ["solver", "mesh", "tensor"]


def asked(*, state=None, **choices):
    data = QueryDict(mutable=True)
    for name, value in choices.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return DirectoryForm(data, state=state)


def counts(form, name):
    return {v.key: v.count for v in form.facets[name].values if v.count}


def test_counts_of_a_facet_ignore_its_own_choices(db):
    fusion = factories.community(slug="fusion")
    climate = factories.community(slug="climate")
    for level, communities in [("core", [fusion]), ("core", [climate])]:
        member = factories.member(level=level)
        for community in communities:
            factories.service(organization=member, community=community)
    both = factories.member(level="affiliate")
    factories.service(organization=both, community=fusion)
    factories.service(organization=both, community=climate)

    form = asked(community=["fusion"], level=["core"])

    assert form.facets.total == 1
    assert counts(form, "community") == {"fusion": 1, "climate": 1}
    assert counts(form, "level") == {"core": 1, "affiliate": 1}
    assert form.facets.without["level"] == 2
    assert form.facets.without["community"] == 2


def test_goal_and_effort_are_asked_of_one_commitment(db):
    goals = [goal.slug for goal in factories.goal().__class__.objects.all()[:2]]
    one, other = goals
    mixed = factories.member()
    factories.commitment(organization=mixed, goal=one, effort="leads")
    factories.commitment(organization=mixed, goal=other, effort="endorses")

    assert asked(goal=[one], effort=["leads"]).facets.total == 1
    assert asked(goal=[one], effort=["endorses"]).facets.total == 0
    form = asked(goal=[one])
    assert counts(form, "effort") == {"leads": 1}
    assert counts(asked(effort=["endorses"]), "goal") == {other: 1}


def test_only_what_is_in_force_today_counts(db):
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(1)
    community = factories.community(slug="fusion")
    member = factories.member()
    factories.service(organization=member, community=community, ended_on=today)
    factories.commitment(organization=member, started_on=tomorrow)
    place = factories.institution()
    factories.host(organization=member, institution=place, started_on=tomorrow)
    partner = factories.institution(country="Kenya", country_code="KE")
    factories.host(organization=member, institution=partner, role="partner")

    form = asked()

    assert form.facets.total == 1
    for name in ("community", "goal", "effort", "country"):
        assert counts(form, name) == {}


def test_former_member_has_the_level_that_it_had_last(db):
    gone = factories.member(level="core", started_on=DAY, ended_on=LATER)
    factories.membership(
        organization=gone,
        level="affiliate",
        started_on=LATER,
        ended_on=LATER + dt.timedelta(9),
    )
    factories.member(level="core")

    assert counts(asked(status="former"), "level") == {"affiliate": 1}
    assert counts(asked(status="former", level="core"), "level") == {"affiliate": 1}
    assert counts(asked(level="affiliate"), "status") == {"former": 1, "all": 1}


def test_chosen_value_without_organizations_stays(db):
    factories.community(slug="fusion")
    factories.member()

    [value] = asked(community="fusion").facets["community"].values

    assert (value.key, value.count, value.is_chosen) == ("fusion", 0, True)


def a_consortium(rng):
    """Organizations of all kinds, dated on both sides of today; most rows unsaved."""
    today = timezone.localdate()
    communities = [
        factories.community(slug=f"c{n}", kind=["community", "capability"][n % 2])
        for n in range(5)
    ]
    countries = ["DE", "FR", "JP", ""]
    institutions = [
        factories.institution(country=code, country_code=code) for code in countries
    ]

    def period():
        start = today + dt.timedelta(rng.randint(-40, 5))
        end = start + dt.timedelta(rng.randint(0, 50))
        return {"started_on": start, "ended_on": rng.choice([None, None, end])}

    goals, levels = list(Goal.objects.all()), list(Level.objects.all())
    for number in range(30):
        words = " ".join(rng.sample(WORDS, rng.randint(0, 2)))
        one = Organization(name=f"Body {number} {words}", slug=f"body-{number}")
        yield one
        if rng.random() < 0.9:
            stay = Membership(organization=one, level=rng.choice(levels), **period())
            stay.end_reason = "resigned" if stay.ended_on else ""
            yield stay
        for community in rng.sample(communities, rng.randint(0, 3)):
            yield Service(organization=one, community=community, **period())
        for place in rng.sample(institutions, rng.randint(0, 2)):
            role = rng.choice(["host", "host", "partner"])
            yield Host(organization=one, institution=place, role=role, **period())
        for goal in rng.sample(goals, rng.randint(0, 3)):
            effort = rng.choice(Commitment.Effort.values)
            yield Commitment(organization=one, goal=goal, effort=effort, **period())


@pytest.mark.parametrize("seed", range(4))
def test_each_count_is_the_number_of_results_of_choosing_that_value(db, seed):
    rng = random.Random(seed)
    factories.written_in_bulk(a_consortium(rng))
    # Of one state of the registry, the options are asked for once.
    state = object()
    options = asked(state=state).options
    for _ in range(4):
        choices = {"status": rng.choice(["current", "former", "all"])}
        if rng.random() < 0.5:
            choices["q"] = rng.choice(WORDS)
        for name in rng.sample(sorted(set(LABELS) - {"status"}), rng.randint(0, 3)):
            keys = sorted(options[name])
            choices[name] = rng.sample(keys, min(len(keys), rng.randint(1, 2)))
        form = asked(**choices)

        assert form.facets.total == form.organizations().count(), choices
        for facet in form.facets:
            for value in facet.values:
                alone = asked(state=state, **{**choices, facet.name: value.key})
                expected = alone.organizations().count()
                assert value.count == expected, (choices, value)
            rest = {**choices, facet.name: "all" if facet.name == "status" else []}
            if facet.name in ("goal", "effort"):
                rest["goal"] = rest["effort"] = []
            expected = asked(state=state, **rest).organizations().count()
            assert form.facets.without[facet.name] == expected, (choices, facet.name)
