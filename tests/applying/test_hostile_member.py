"""Harm in every text of an application that was accepted, wherever it is shown then."""

import copy

import pytest
from django.contrib import admin
from django.urls import reverse

from members import mailing
from members.models import Mail
from tests.applying import hostile
from tests.applying.hostile import MARK
from tests.test_conventions import PUBLIC, views
from tests.test_hostile import Page, cells
from tests.test_leaks import filled

pytestmark = pytest.mark.siege


def member():
    people = hostile.People()
    return people, hostile.accepted(people)


@pytest.fixture(scope="module")
def rows(kept):
    return kept(member)


@pytest.fixture
def scene(rows, db):
    return copy.deepcopy(rows)


def test_no_page_of_an_account_mixes_its_names_with_others(client, scene):
    people, _ = scene
    client.force_login(people.editor)
    seen = 0
    for _, route, _ in views():
        if route.startswith("/accounts/") and "<" not in route and "out" not in route:
            response = client.get(route)
            if response.status_code == 200 and "text/html" in response["Content-Type"]:
                assert hostile.faults(response.text) == [], route
                seen += MARK in response.text

    assert seen > 3


def test_no_page_of_the_admin_runs_what_was_typed(client, scene):
    people, _ = scene
    client.force_login(people.officer)
    seen = 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        keys = model._base_manager.order_by("-pk").values_list("pk", flat=True)[:2]
        urls = [reverse(f"{name}_changelist")]
        urls += [reverse(f"{name}_change", args=[pk]) for pk in keys]
        urls += [reverse(f"{name}_history", args=[pk]) for pk in keys[:1]]
        for url in urls:
            response = client.get(url)
            if response.status_code == 200:
                assert Page(response.text).bad == [], url
                seen += MARK in response.text

    assert seen > 15


def test_no_public_page_of_a_member_runs_or_mixes_what_was_typed(client, scene):
    _, application = scene
    organization = application.organization
    slugs = [each.community.slug for each in organization.services.all()]
    values = {
        "slug": [organization.slug, *slugs],
        "public_id": [organization.public_id],
        "community": slugs,
        "goal": ["workforce"],
        "key": ["x"],
        "section": ["organizations", "institutions"],
    }
    seen, names, found = 0, [], {}
    for name, route, _ in views():
        for address in filled(route, values) if name in PUBLIC else ():
            response = client.get(address)
            if response.get("Content-Type", "").startswith("text/html"):
                page = Page(response.text)
                names += [facts.get("name") for facts in page.linked]
                if faults := hostile.faults(response.text):
                    found[address] = faults
                seen += MARK in response.text

    assert found == {}
    assert seen > 3
    assert organization.name in names


def test_no_table_of_a_member_holds_a_formula(client, scene):
    _, application = scene
    tables = [
        client.get(route).getvalue().decode()
        for name, route, _ in views()
        if name.endswith("_csv")
    ]

    for text in tables:
        assert [
            cell for cell in cells(text) if cell.startswith(tuple("=+-@\t\r"))
        ] == []
    assert any(f"'{application.organization.name}" in cells(text) for text in tables)


def test_each_mail_is_one_letter_to_one_address(settings, scene):
    settings.MAIL_FROM = "registry@example.org"
    for mail in Mail.objects.exclude(text=""):
        letter = mailing.envelope(mail).content.decode()
        head, _, _ = letter.partition("\r\n\r\n")
        names = [line.partition(":")[0] for line in head.split("\r\n") if line[0] > " "]

        assert sorted(set(names)) == sorted(names)
        assert not {"Bcc", "Cc"} & set(names)
