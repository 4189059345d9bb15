"""Every page of the admin opens, at a number of queries that rows do not change."""

import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Import, Membership, Organization
from tests import factories
from tests.factories import DAY, LATER
from tests.test_conventions import refuse_writes, views

pytestmark = pytest.mark.django_db

# The most that a page may ask; the pages of organizations have ten tables in them.
MOST = {
    "index": 45,
    "organization": 45,
    "history": 30,
    # Whether the officer has an interest in each application is asked in a few queries.
    "application": 30,
    "application facets": 40,
    "applicationevent facets": 30,
}
MOST_OF_OTHERS = 22
# What the content security policy lets no browser do.
INLINE = re.compile(r"<style|<[^>]+\s(?:style|on[a-z]+)=|<script(?![^>]*\ssrc=)")


def world(rows):
    """One organization with `rows` of each thing, and as many organizations."""
    by = factories.officer()
    one = factories.organization(website="https://one.test")
    first = Membership.admit(
        one, level=factories.level(), by=by, on=DAY, reason="Asked"
    )
    first.end(how="resigned", by=by, on=LATER, reason="Left")
    goals = ["ecosystem", "workforce", "engagement"]
    for number in range(rows):
        factories.member()
        one.rename(by=by, on=LATER, reason="New", name=f"{one.name} {number}")
        community = factories.community()
        institution = factories.institution()
        commitment = factories.commitment(
            organization=one, goal=goals[number], communities=[community]
        )
        commitment.evidence.create(title="Proof", url=f"https://x.test/{number}")
        commitment.approaches.set([commitment.goal.approaches.first()])
        factories.name(organization=one, text=f"Old name {number}")
        factories.service(organization=one, community=community)
        factories.host(organization=one, institution=institution)
        factories.representative(organization=one)
        factories.decision(organization=one, by=by)
        one.old_slugs.create(slug=f"{one.slug}-{number}")
        Import.objects.create(
            by=by, file_name=f"{number}.yml", sha256="0" * 64, effective_on=DAY
        )
    applications(rows, by)
    return by, one


def applications(rows, by):
    """As many, with `rows` of each thing in the last, and a decision staged in each."""
    for _ in range(rows):
        # Nothing like the others, which would be asked about.
        given = factories.answers(name=uuid4().hex)
        last = factories.application(state="submitted", given=given)
        last.take_up(by=by)
        last.recommend(by=by, advice="accept", reasons="They fit.")
        last.put_forward(by=by)
        factories.stage(last, by=by)
    for number in range(rows):
        last.invite(by=last.opened_by, email=f"{number}@example.org", role="editor")
        last.attach(by=last.opened_by, name=f"{number}.txt", content=b"A letter")
        last.comment(by=by, text="A remark", visibility="staff")


def addresses(one):
    """Each address of the admin that answers a GET, by a name to read."""
    found = {"index": reverse("admin:index")}
    for app in ("members", "goals", "auth"):
        found[f"app {app}"] = reverse("admin:app_list", args=[app])
    for model, model_admin in admin.site._registry.items():
        opts = model._meta
        record = model._base_manager.order_by("-pk").first()
        record = one if model is Organization else record
        assert record, model
        for url in model_admin.urls:
            name = getattr(url, "name", None)
            if not name or "process_import" in name:
                continue
            pattern = str(url.pattern)
            args = [record.pk] if "<" in pattern else []
            label = name.removeprefix(f"{opts.app_label}_")
            found[label] = reverse(f"admin:{name}", args=args)
        if model_admin.search_fields:
            list_url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            found[f"{opts.model_name} facets"] = f"{list_url}?q=e&_facets=True"
            for care in getattr(model_admin, "care", ()):
                found[f"{opts.model_name} {care.slug}"] = f"{list_url}?care={care.slug}"
    for name, (app, model, field) in AUTOCOMPLETES.items():
        query = f"app_label={app}&model_name={model}&field_name={field}"
        found[name] = f"{reverse('admin:autocomplete')}?{query}&term=e"
    found["popup"] = reverse("admin:members_community_add") + "?_popup=1"
    return found


AUTOCOMPLETES = {
    "autocomplete of organizations": ("members", "service", "organization"),
    "autocomplete of successors": ("members", "organization", "successor"),
    "autocomplete of communities": ("members", "service", "community"),
    "autocomplete of institutions": ("members", "host", "institution"),
    "autocomplete of people": ("members", "representative", "person"),
    "autocomplete of accounts": ("members", "person", "account"),
    "autocomplete of approaches": ("goals", "commitmentapproach", "approach"),
}
# What belongs to an application.
CONFIDENTIAL = {
    "answer",
    "application",
    "applicationevent",
    "collaborator",
    "comment",
    "document",
    "invitation",
    "recommendation",
    "revision",
    "verdict",
    "websitecheck",
}
# What is not there for anybody: these records come about, change or go otherwise.
CLOSED = 403
# Where the pages do nothing but answer that they are not for this.
NOT_FOR = {
    "add": {
        *CONFIDENTIAL,
        "approach",
        "commitment",
        "event",
        "goal",
        "group",
        "import",
        "membership",
    },
    "delete": {
        *CONFIDENTIAL,
        "approach",
        "commitment",
        "decision",
        "event",
        "goal",
        "group",
        "import",
        "level",
        "membership",
        "organization",
        "policyvalue",
        "representative",
        "user",
    },
    # A password is its owner's.
    "user_password_change": {"auth"},
}


# Addresses that lead on, and the second step of an import, which is sent alone.
OTHERS = {
    "admin:autocomplete": 403,  # of no field
    "admin:login": 302,
    "admin:password_change": 302,
}


def expected_status(label):
    if label.startswith("admin:"):
        return 405 if label.endswith("process_import") else OTHERS.get(label, 200)
    model, _, page = label.partition("_")
    return CLOSED if model in NOT_FOR.get(page, ()) else 200


def others(urls):
    """The addresses of the admin that are not of a record, nor of a list."""
    for name, route, _ in views():
        parts = "<" in route or "(" in route or "logout" in route
        if name.startswith("admin:") and not parts and route not in urls.values():
            yield name, route


def visit(client, rows, closed=True):
    """Status and number of queries of each page, with so many rows more."""
    by, one = world(rows)
    client.force_login(by)
    urls = addresses(one)
    urls |= dict(others(urls))
    if not closed:
        urls = {each: urls[each] for each in urls if expected_status(each) != CLOSED}
    with transaction.atomic():
        refuse_writes()
        seen = {label: look(client, url) for label, url in urls.items()}
        transaction.set_rollback(True)
    return seen


def look(client, url):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert not INLINE.findall(response.text), f"{url}: refused by its policy"
    return response.status_code, len(queries)


def test_every_page_opens_at_a_number_of_queries_that_rows_do_not_change(client):
    # What is asked once in a process, and not by the page that is opened first.
    ContentType.objects.get_for_models(*admin.site._registry)
    with_one = visit(client, 1, closed=False)
    with_three = visit(client, 3)

    statuses = {label: status for label, (status, _) in with_three.items()}
    assert statuses == {label: expected_status(label) for label in statuses}
    shown = {each: seen for each, seen in with_three.items() if seen[0] != CLOSED}
    assert with_one == shown
    too_many = {
        label: number
        for label, (_, number) in with_three.items()
        if number > MOST.get(label.partition("_")[0], MOST_OF_OTHERS)
    }
    assert too_many == {}
