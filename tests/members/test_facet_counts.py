"""That the counts which triggers keep are those of counting the records."""

import datetime as dt
import random
import threading

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from goals.models import Commitment
from members import facets
from members.models import (
    FacetCount,
    FacetPeriod,
    Host,
    Institution,
    Membership,
    Service,
)
from tests import factories
from tests.members.test_facets import a_consortium

NOTHING = {name: [] for name in facets.CHOSEN}


def days():
    """The first of which counts are kept, and each from which on they may be others."""
    first = timezone.localdate() - dt.timedelta(6)
    found = {first}
    for model in (Membership, Service, Host, Commitment, FacetPeriod, FacetCount):
        for period in model.objects.values_list("started_on", "ended_on"):
            found.update(period)
    return sorted(day for day in found - {None} if day >= first)


def kept(status, day):
    return {each: n for each, n in facets.kept_counts(status, day).items() if n}


def counted(status, day):
    counts = facets.counted(None, {**NOTHING, "status": status}, day)
    return {each: number for each, number in counts.items() if number}


def assert_all_are_right():
    for status in facets.STATUSES:
        for day in days():
            assert kept(status, day) == counted(status, day), (status, day)


@pytest.mark.parametrize("seed", range(3))
def test_kept_counts_are_those_of_each_day(db, seed):
    for row in a_consortium(random.Random(seed)):
        row.save()

    assert len(days()) > 20
    assert kept("all", timezone.localdate())["found", ""] > 5
    assert_all_are_right()


def test_kept_counts_follow_bulk_changes_and_plain_sql(db):
    factories.written_in_bulk(a_consortium(random.Random(1)))
    today = timezone.localdate()
    Service.objects.filter(pk__gt=Service.objects.first().pk + 9).delete()
    Host.objects.filter(role="partner").update(role="host")
    Commitment.objects.update(effort="leads")
    Institution.objects.filter(country_code="FR").update(country_code="IT")
    place = factories.institution(country="Kenya", country_code="KE")
    factories.host(organization=factories.member(), institution=place)
    Institution.objects.filter(country_code="KE").update(country="Jamhuri ya Kenya")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_membership SET ended_on = %s, end_reason = 'resigned' "
            "WHERE ended_on IS NULL AND started_on < %s AND id %% 2 = 0",
            [today + dt.timedelta(3)] * 2,
        )
        cursor.execute(
            "UPDATE members_service SET organization_id = %s "
            "WHERE id IN (SELECT min(id) FROM members_service)",
            [factories.member().pk],
        )

    assert_all_are_right()
    assert ("country", "IT") in kept("all", today)
    assert facets.options()["country"]["KE"] == "Jamhuri ya Kenya"


def test_emptied_tables_count_nothing(db):
    factories.written_in_bulk(a_consortium(random.Random(1)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE members_service, members_host")

    assert_all_are_right()
    assert not Service.objects.exists()


def test_day_long_past_is_counted_from_the_records(db):
    factories.written_in_bulk(a_consortium(random.Random(1)))
    past = timezone.localdate() - dt.timedelta(8)

    assert facets.kept_counts("current", past) is None
    assert counted("all", past)["found", ""] > 3


def test_countries_are_those_of_hosts_that_members_ever_had(db):
    today = timezone.localdate()
    gone = factories.institution(country="Kenya", country_code="KE")
    coming = factories.institution(country="Japan", country_code="JP")
    applicant = factories.organization()
    factories.host(organization=applicant, institution=coming)
    member = factories.member()
    factories.host(organization=member, institution=gone, ended_on=today)

    assert list(facets.options()["country"]) == ["KE"]


def test_counts_are_summed_up_now_and_then(db):
    member = factories.member()
    fluids = factories.community()
    service = factories.service(organization=member, community=fluids)
    for _ in range(200):
        service.save()

    assert FacetCount.objects.count() < 1100
    assert_all_are_right()
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_sum_up_facets()")
    [period] = FacetPeriod.objects.all()
    assert FacetCount.objects.count() == len(period.facts)
    assert_all_are_right()


def test_changes_of_one_organization_at_a_time_are_all_counted(committed):
    member = factories.member()
    communities = [factories.community(), factories.community()]
    one, other = (
        psycopg.connect(**connection.get_connection_params()) for _ in range(2)
    )
    serve = (
        "INSERT INTO members_service (organization_id, community_id, how, started_on) "
        "VALUES (%s, %s, '', '2024-01-01')"
    )
    with one, other:
        one.execute(serve, [member.pk, communities[0].pk])
        waiting = threading.Thread(
            target=other.execute, args=[serve, [member.pk, communities[1].pk]]
        )
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        one.commit()
        waiting.join(5)
        other.commit()

    with transaction.atomic():
        assert kept("all", timezone.localdate())["community", communities[1].slug] == 1
        assert_all_are_right()
