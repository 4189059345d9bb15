"""What somebody means harm with: in names and texts, in addresses, in headers."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from members.models import Community, Institution, Organization
from tests import factories
from tests.test_conventions import PUBLIC, views
from tests.test_leaks import filled

pytestmark = [pytest.mark.siege, pytest.mark.django_db]

MARKUP = (
    """=1+1'"></script></title></textarea></style>-->"""
    "<xss onerror=alert(1)><!--{{ 7 }}"
)
SCRIPT = "javascript:alert(1)//https://x.test"
DATA = "data:text/html,<script>alert(1)</script>"
LEADS_TO = {"href", "src", "action", "formaction", "hx-get", "data", "xlink:href"}


@pytest.fixture(scope="module")
def rows(kept):
    return kept(make)


@pytest.fixture
def hostile(rows, db):
    """Nobody changes it."""


def make():
    """Markup and formulas wherever people type, and addresses that are scripts."""
    for number, address in enumerate([SCRIPT, DATA]):
        ended = factories.LATER if number else None
        member = factories.member(
            name=f"{MARKUP}{number}",
            short_name=f"{MARKUP[:40]}{number}",
            focus=MARKUP,
            description=f"{MARKUP}\n\n{address}",
            website=address,
            ended_on=ended,
        )
        kind = ["community", "capability"][number]
        place = factories.community(
            name=f"{MARKUP}{number}", kind=kind, slug=f"place-{number}"
        )
        factories.service(organization=member, community=place, how=MARKUP)
        commitment = factories.commitment(
            organization=member,
            statement=f"{MARKUP} {address}",
            communities=[place],
            evidence=[address],
        )
        commitment.evidence.update(title=MARKUP)
        factories.name(organization=member, text=MARKUP)
        factories.host(organization=member, institution=institution(number))
        factories.representative(
            organization=member,
            person=factories.person(name=MARKUP, affiliation=MARKUP),
        )


def institution(number):
    return factories.institution(
        name=f"{MARKUP}{number}",
        city=MARKUP,
        country=MARKUP,
        country_code="DE",
        latitude=1,
        longitude=number,
    )


class Page(HTMLParser):
    """What a browser would run, make up or follow; and the linked data."""

    def __init__(self, text):
        super().__init__()
        self.bad, self.linked, self.is_linked = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        kind = dict(attrs).get("type")
        self.is_linked = tag == "script" and kind == "application/ld+json"
        if tag == "script" and not self.is_linked and "src" not in dict(attrs):
            self.bad.append(tag)
        if tag == "xss":
            self.bad.append(tag)
        for name, value in attrs:
            scheme = (value or "").strip().lower().partition(":")[0]
            if name.startswith("on") or name == "style":
                self.bad.append(name)
            if name in LEADS_TO and scheme in ("javascript", "data", "vbscript"):
                self.bad.append(value)

    def handle_endtag(self, tag):
        self.is_linked = False

    def handle_data(self, data):
        if self.is_linked:
            self.linked.append(json.loads(data))


def pages():
    slugs = [each.slug for each in Organization.objects.all()]
    slugs += [each.slug for each in Community.objects.all()]
    values = {
        "community": ["place-0", "at-large"],
        "goal": ["workforce"],
        "public_id": [each.public_id for each in Organization.objects.all()],
        "key": [each.key for each in Institution.objects.all()],
        "section": ["organizations", "institutions"],
        "slug": [*slugs, "workforce"],
    }
    for name, route, _ in views():
        if name in PUBLIC:
            yield from filled(route, values)
    for query in ("view=map", "view=table", "q=xss", "q=xzs&status=former"):
        yield f"{reverse('members:directory')}?{query}&status=all"
    yield "/directory/?q=%22%3E%3Cxss%3E&level=%22%3E%3Cxss%3E&%22%3E%3Cxss%3E=1"
    yield "/institutions/search/?q=%22%3E%3Cxss%3E&country=%22%3E%3Cxss%3E"
    yield "/institutions/search/?q=onerror"
    yield "/coverage/?show=%22%3E%3Cxss%3E&%22%3E%3Cxss%3E=1"
    yield "/organizations/%22%3E%3Cxss%3E/"


def test_no_page_runs_or_follows_what_was_typed(client, hostile):
    seen, linked = 0, []
    for address in pages():
        response = client.get(address)
        if response.get("Content-Type", "").startswith("text/html"):
            page = Page(response.text)
            assert page.bad == [], address
            linked += page.linked
            seen += "onerror=alert" in response.text

    assert seen > 15
    assert MARKUP + "0" in [facts.get("name") for facts in linked]


@pytest.mark.parametrize("page", ["changelist", "change", "history"])
def test_no_page_of_the_admin_runs_or_follows_what_was_typed(client, hostile, page):
    client.force_login(factories.officer())
    seen = 0
    for model in admin.site._registry:
        opts, record = model._meta, model._base_manager.order_by("-pk").first()
        args = [record.pk] if record and page != "changelist" else []
        if record:
            name = f"admin:{opts.app_label}_{opts.model_name}_{page}"
            response = client.get(reverse(name, args=args))
            assert Page(response.text).bad == [], (model, page)
            seen += "onerror=alert" in response.text

    assert seen > 5


def cells(text):
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def exported(client):
    """Every file of comma-separated values that can be had, by name."""
    for name, route, _ in views():
        if name.endswith("_csv"):
            yield name, client.get(f"{route}").getvalue().decode()
    out = io.StringIO()
    call_command("export_members", format="csv", dates=True, stdout=out)
    yield "export_members", out.getvalue()
    client.force_login(factories.officer())
    for model, model_admin in admin.site._registry.items():
        if hasattr(model_admin, "export_action"):
            opts = model._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_export")
            response = client.post(url, {"format": "0", "resource": "0"})
            name = f"{opts.model_name}"
            assert response["Content-Type"].startswith("text/csv"), name
            yield name, response.content.decode()


def test_no_table_holds_a_formula(client, hostile):
    texts = dict(exported(client))

    for name, text in texts.items():
        formulas = [c for c in cells(text) if c.startswith(tuple("=+-@\t\r"))]
        assert formulas == [], name
    assert sum("'=1+1" in text for text in texts.values()) > 8
    assert len(texts) > 10


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"]
)
def test_public_pages_only_answer_who_reads(client, hostile, method):
    for address in pages():
        response = client.generic(method, address)

        assert response.status_code in (404, 405), address


def test_no_header_changes_what_a_page_says_of_its_address(client, hostile):
    spoofed = {
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "evil.test",
        "X-Forwarded-Prefix": "/evil.test",
        "X-Forwarded-For": "evil.test",
        "X-Forwarded-Port": "666",
        "X-Original-URL": "/evil.test",
        "X-Rewrite-URL": "/evil.test",
        "Forwarded": "host=evil.test",
        "Referer": "https://evil.test/",
        "X-Request-ID": "evil.test<script>\r\nSet-Cookie: evil.test=1",
    }
    for address in (*pages(), "/robots.txt", "/sitemap.xml", "/admin/"):
        response = client.get(address, headers=spoofed)
        body = response.getvalue() if response.streaming else response.content

        assert b"evil" not in body, address
        assert "evil" not in str(response.headers), address
        assert len(response["X-Request-ID"]) == 32


def test_a_huge_address_gets_an_answer(client, hostile):
    for view in ("members:directory", "members:directory_json", "goals:coverage"):
        for query in ("q=" + "a" * 200_000, "&".join(["goal=x"] * 900)):
            response = client.get(f"{reverse(view)}?{query}")

            assert response.status_code in (200, 400)
            body = response.getvalue() if response.streaming else response.content
            assert len(body) < 300_000
    assert client.get("/?" + "&".join(["a=b"] * 2000)).status_code in (200, 400)
