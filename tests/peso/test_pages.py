import datetime as dt
from xml.etree import ElementTree

import pytest
from django.contrib.sitemaps import Sitemap
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import seats
from members.models import PolicyValue
from tests import factories

PAGES = ["home", "about", "join", "robots", "sitemaps", "favicon"]
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def set_policy(key, value):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    PolicyValue.objects.create(key=key, value=value, started_on=yesterday)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_page_is_the_same_for_everybody(client, page):
    client.force_login(factories.officer())

    response = client.get(reverse(page))

    assert response.status_code == (302 if page == "favicon" else 200)
    assert not response.cookies
    assert "Vary" not in response.headers
    assert client.post(reverse(page)).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["home", "about", "join"])
def test_page_that_did_not_change_is_not_sent_again(client, page):
    seen = client.get(reverse(page)).headers["ETag"]

    again = client.get(reverse(page), headers={"if-none-match": seen})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_home_queries_do_not_grow(client, number, django_assert_num_queries):
    for _ in range(number):
        member = factories.member()
        place = factories.community()
        factories.service(organization=member, community=place)
        factories.commitment(organization=member, communities=[place])

    with django_assert_num_queries(10):
        response = client.get("/")

    assert response.context["members"] == number
    assert len(response.context["joined"]) == number


@pytest.mark.django_db
def test_home_of_an_empty_registry_says_so(client):
    text = client.get("/").text

    assert "No members yet" in text
    assert "No commitments yet" in text


@pytest.mark.django_db
def test_home_names_who_joined_lately_not_who_changed_level(client):
    old = factories.member(name="Old hand", started_on=dt.date(2015, 1, 1))
    core = old.memberships.get()
    by = factories.officer()
    core.change_level(
        level=factories.level(slug="affiliate"), by=by, on=factories.LATER, reason=""
    )
    for number in range(6):
        factories.member(started_on=dt.date(2020, 1, 1 + number))

    joined = client.get("/").context["joined"]

    assert [each.started_on.day for each in joined] == [6, 5, 4, 3, 2, 1]


@pytest.mark.django_db
def test_home_marks_example_data(client):
    factories.member()
    assert "Example data" not in client.get("/").text
    factories.member(is_example=True)
    assert "Example data" in client.get("/").text


@pytest.mark.django_db
def test_consortium_is_named_by_the_settings(client, settings):
    settings.CONSORTIUM_NAME = "Friends of <Solvers>"
    for page in ("home", "about", "join"):
        text = client.get(reverse(page)).text
        assert "Friends of &lt;Solvers&gt;" in text
        assert "PESO" not in text


@pytest.mark.django_db
def test_about_computes_seats_from_policy(client):
    set_policy("affiliates_per_seat", "2")
    for _ in range(2):
        factories.member()
    for _ in range(3):
        factories.member(level="affiliate")
    factories.member(level="affiliate", ended_on=factories.LATER)

    def seats_now():
        context = client.get("/about/").context
        return [number for _, number in context["levels"]], context["seats"]

    assert seats_now() == ([2, 1], 3)
    PolicyValue.objects.create(key="part_of_seat", value="up")
    assert seats_now() == ([2, 2], 4)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["about", "join"])
def test_rules_are_those_of_the_policy_rows(client, page):
    set_policy("supermajority", "3/4")
    set_policy("inactive_months", "9")
    set_policy("affiliates_per_seat", "7")

    text = client.get(reverse(page)).text

    assert "three quarters of the votes" in text
    assert "9 months" in text
    assert "7 affiliates" in text


@pytest.mark.django_db
def test_process_names_the_majority_and_no_time_that_nobody_knows(client):
    set_policy("ordinary_majority", "3/5")

    text = client.get("/join/").text

    assert "decides by at least 3/5 of the votes" in text
    assert "Not known yet" in text


@pytest.mark.parametrize(
    ("members", "per_seat", "part", "expected"),
    [
        (0, 5, "down", 0),
        (0, 5, "up", 0),
        (4, 5, "down", 0),
        (4, 5, "up", 1),
        (5, 5, "up", 1),
        (11, 5, "down", 2),
        (11, 5, "up", 3),
    ],
)
def test_shared_seats(members, per_seat, part, expected):
    assert seats.shared_seats(members, per_seat, part) == expected


@pytest.mark.django_db
def test_unknown_address_helps_on(client):
    factories.member(name="Numerical Tools", slug="numerical-tools")
    factories.organization(name="Numerical Secret", slug="numerical-secret")

    response = client.get("/organizations/numerical-tolls/")

    assert response.status_code == 404
    assert "Numerical Tools" in response.text
    assert "Numerical Secret" not in response.text
    assert 'name="q"' in response.text
    assert "canonical" not in response.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/nothing", "/organizations/", "/organizations/%00/", "/id/", "/%ff/"]
)
def test_odd_addresses_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "template", ["400.html", "403.html", "403_csrf.html", "500.html", "503.html"]
)
def test_pages_of_errors_need_neither_request_nor_database(template):
    text = render_to_string(template)

    assert "<h1>" in text
    assert 'href="/directory/"' in text


def test_expired_form_is_answered_in_the_site_s_own_words():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {})

    assert response.status_code == 403
    assert "This form has expired" in response.text
    assert "<style" not in response.text


@pytest.mark.django_db
def test_failure_is_answered_in_the_site_s_own_words(monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("peso.views.Level.objects.with_member_counts", fail)

    response = Client(raise_request_exception=False).get("/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text


@pytest.mark.django_db
def test_page_whose_query_is_given_up_can_be_asked_for_again(monkeypatch):
    def wait(*args):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    monkeypatch.setattr("peso.views.Level.objects.with_member_counts", wait)

    response = Client(raise_request_exception=False).get("/")

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response["Cache-Control"] == "no-store"
    assert "The registry cannot answer now" in response.text


@pytest.mark.django_db
def test_canonical_address_has_the_site_s_own_host_and_no_query(client, settings):
    settings.SITE_URL = "https://members.example.org"

    text = client.get("/about/?utm=x", headers={"host": "localhost"}).text

    assert '<link rel="canonical" href="https://members.example.org/about/">' in text


def locations(response):
    root = ElementTree.fromstring(response.content)
    return [each.text for each in root.iter(LOCATION)]


@pytest.mark.django_db
def test_sitemap_leads_to_every_public_page(client, settings):
    settings.SITE_URL = "https://members.example.org"
    member = factories.member(slug="tools")
    factories.organization(slug="applicant")
    place = factories.community(slug="fusion")

    parts = locations(client.get("/sitemap.xml"))
    pages = [
        page
        for part in parts
        for page in locations(client.get(part.removeprefix(settings.SITE_URL)))
    ]

    assert len(pages) == 8 + 7 + 2
    assert {page.removeprefix(settings.SITE_URL) for page in pages} >= {
        "/",
        "/coverage/",
        "/goals/workforce/",
        place.get_absolute_url(),
        member.get_absolute_url(),
    }
    for page in pages:
        assert client.get(page.removeprefix(settings.SITE_URL)).status_code == 200


@pytest.mark.django_db
def test_sitemap_comes_in_parts(client, monkeypatch):
    monkeypatch.setattr(Sitemap, "limit", 2)
    monkeypatch.setattr("peso.sitemaps.OwnSitemap.limit", 2)
    for _ in range(3):
        factories.member()

    parts = locations(client.get("/sitemap.xml"))

    first = "http://127.0.0.1:8000/sitemap-organizations.xml"
    of_organizations = [part for part in parts if "organizations" in part]
    assert of_organizations == [first, f"{first}?p=2"]
    assert len(locations(client.get("/sitemap-organizations.xml?p=2"))) == 1
    assert client.get("/sitemap-organizations.xml?p=3").status_code == 404
    assert client.get("/sitemap-secrets.xml").status_code == 404


@pytest.mark.django_db
def test_robots_are_told_where_the_sitemap_is(client, settings):
    settings.SITE_URL = "https://members.example.org"

    text = client.get("/robots.txt").text

    assert "Sitemap: https://members.example.org/sitemap.xml" in text
    assert "Disallow: /admin/" in text
