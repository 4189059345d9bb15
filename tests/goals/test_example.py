"""The made-up consortium: believable, and gone without a trace."""

import datetime as dt

import pytest
from django.core.management import CommandError
from django.db import connection

from goals.example import loading
from goals.models import Goal
from members.matching.institutions import matching
from members.models import (
    Application,
    Community,
    Event,
    Institution,
    Level,
    Membership,
    Organization,
    User,
)
from tests import factories
from tests.goals.test_example_loading import DAY, load, run, written


@pytest.fixture(scope="module")
def rows(kept):
    kept(load)


@pytest.fixture(autouse=True)
def example(rows, db):
    """Loaded once for all tests of this module."""


@pytest.mark.parametrize("change", [{"seed": 2}, {"on": DAY + dt.timedelta(days=9)}])
def test_another_seed_or_day_gives_others(change):
    first = written()
    loading.remove()

    load(**change)

    assert written() != first


def test_ten_years_have_seen_every_kind_of_turn():
    ends = set(Membership.objects.values_list("end_reason", flat=True))
    assert ends == {
        "",
        "resigned",
        "terminated",
        "dissolved",
        "merged",
        "level_changed",
    }
    assert set(Event.objects.values_list("verb", flat=True)) == {
        *Event.Verb.values,
    } - {"corrected", "imported"}
    assert Membership.objects.filter(earlier__end_reason="resigned").count() == 1
    merged = Membership.objects.get(end_reason="merged").organization
    assert merged.successor.short_name == "KAGUYA"
    decision = Membership.objects.get(end_reason="terminated").termination
    assert (decision.outcome, decision.ground) == ("carried", "not_taking_part")
    assert Membership.objects.filter(started_on__lt=DAY.replace(year=2017)).exists()
    assert not Membership.objects.filter(started_on__gt=DAY).exists()


def test_it_comes_from_25_countries_and_many_scripts():
    countries = Institution.objects.values("country_code").distinct()
    assert countries.count() >= 25
    names = " ".join(Organization.objects.values_list("name", flat=True))
    for letter in ("م", "科", "І", "ü"):
        assert letter in names
    assert max(map(len, Organization.objects.values_list("name", flat=True))) >= 200


def test_removing_takes_rows_and_history_and_keeps_what_is_not_of_the_example():
    officer = factories.officer()

    assert run("--remove") == "Removed the example: 24 organizations."

    assert not Organization.objects.exists()
    assert not Organization.history.rel.related_model.objects.exists()
    assert not Community.objects.exists()
    assert Goal.objects.count() == 7
    assert Goal.history.rel.related_model.objects.count() == 7
    assert Level.objects.count() == 2
    assert User.objects.filter(pk=officer.pk).exists()


def test_removing_is_refused_where_somebody_added_something():
    factories.organization(name="Real Work")

    with pytest.raises(CommandError, match="“Real Work”"):
        run("--remove")

    assert Organization.objects.count() == 25


def test_removing_is_refused_where_somebody_applied():
    application = factories.application()

    with pytest.raises(CommandError, match=f"“{application}”.*an empty database"):
        run("--remove")

    assert Organization.objects.count() == 24
    assert Application.objects.get() == application


def test_removing_leaves_institutions_of_others_where_they_are():
    theirs = factories.institution(name="Real University", ror_id="0546hnb39")
    organization = Organization.objects.first()
    factories.host(organization=organization, institution=theirs)
    with connection.cursor() as cursor:  # loading, in this transaction, changed that
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    run("--remove")

    assert not Organization.objects.exists()
    assert [each.name for each in Institution.objects.all()] == ["Real University"]
    assert [match.name for match in matching("Real University", public=False)] == [
        "Real University"
    ]
    load()
    assert Organization.objects.count() == 24
