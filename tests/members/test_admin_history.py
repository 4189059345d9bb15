"""The history of a record as the admin shows it, with who did what."""

import pytest
from django.db import connection
from django.urls import reverse

from members.admin.history import changes_page
from members.models import Organization, Person
from tests import factories

pytestmark = pytest.mark.django_db


def told(record, may_view=lambda model: True):
    """Each change, newest first: who, what, and what became of which field."""
    _, changes = changes_page(record, may_view, 1)
    return [
        (
            change.who,
            f"{change.deed}: {change.kind_in_words}",
            {each.name: (each.before, each.after) for each in change.differences},
        )
        for change in changes
    ]


def history(record):
    opts = record._meta
    return reverse(
        f"admin:{opts.app_label}_{opts.model_name}_history", args=[record.pk]
    )


def test_a_change_in_the_admin_names_its_actor(client):
    by, place = factories.officer(), factories.institution(name="Old", city="Jena")
    client.force_login(by)
    url = reverse("admin:members_institution_change", args=[place.pk])

    typed = {"city": "Jena", "country": "Germany", "status": "active"}
    client.post(url, {"name": "New", **typed})

    assert told(place)[0] == (
        by.username,
        "Changed: Institution",
        {"Name": ("Old", "New"), "Country code": ("DE", "")},
    )


def test_changes_in_bulk_and_by_hand_leave_rows_too():
    place = factories.institution(city="Jena")
    type(place).objects.filter(pk=place.pk).update(city="Bonn")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_institution SET city = 'Kiel' WHERE id = %s", [place.pk]
        )

    assert [entry[2].get("City") for entry in told(place)] == [
        ("Bonn", "Kiel"),
        ("Jena", "Bonn"),
        ("", "Jena"),
    ]
    assert {who for who, *_ in told(place)} == {"Outside the site"}


def test_an_organization_tells_of_its_parts_as_well():
    one = factories.organization()
    community = factories.community(name="Climate")
    service = factories.service(organization=one, community=community)
    factories.service(organization=factories.organization(), community=community)
    service.delete()

    told_of = {kind: differences for _, kind, differences in told(one)}

    assert set(told_of) == {
        "Added: Organization",
        "Added: Service",
        "Deleted: Service",
    }
    assert told_of["Deleted: Service"]["Community"] == ("Climate", "")
    assert told_of["Added: Service"]["Community"] == ("", "Climate")
    assert "Organization" not in told_of["Added: Service"]


def test_parts_that_somebody_may_not_see_are_left_out():
    one = factories.organization()
    factories.representative(organization=one)

    kinds = [kind for _, kind, _ in told(one, lambda model: False)]

    assert kinds == ["Added: Organization"]


def test_an_actor_whose_account_is_gone_stays_known_as_one(client):
    by, place = factories.officer(), factories.institution(name="Old")
    client.force_login(by)
    url = reverse("admin:members_institution_change", args=[place.pk])
    client.post(url, {"name": "New", "status": "active"})
    key = by.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_admin_log")
    by.delete()

    assert told(place)[0][0] == f"Account {key}, no longer there"


def test_the_page_shows_it(client):
    client.force_login(factories.officer())
    one = factories.organization(name="Before <b>bold</b>")
    Organization.objects.filter(pk=one.pk).update(name="After")

    page = client.get(history(one))

    assert "<del>Before &lt;b&gt;bold&lt;/b&gt;</del>" in page.text
    assert "<ins>After</ins>" in page.text


def test_many_changes_come_in_pages(client):
    client.force_login(factories.officer())
    one = factories.organization()
    for number in range(60):
        Organization.objects.filter(pk=one.pk).update(focus=f"Focus {number}")

    first, second = client.get(history(one)), client.get(history(one), {"p": "2"})

    assert (len(first.context["changes"]), len(second.context["changes"])) == (50, 11)
    oldest_of_first = first.context["changes"][-1].differences[0]
    assert (oldest_of_first.before, oldest_of_first.after) == ("Focus 9", "Focus 10")
    assert client.get(history(one), {"p": "x"}).status_code == 200


def test_history_takes_the_right_to_see_the_record(client):
    person = factories.person(email="secret@example.org")
    client.force_login(factories.user(staff=True, permissions=["view_organization"]))

    assert client.get(history(person)).status_code == 403
    assert Person.objects.count() == 1
