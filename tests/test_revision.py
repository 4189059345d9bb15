"""Any change to public data, by whatever door, gives public pages another ETag."""

import datetime as dt
import threading

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from goals.models import Commitment
from members.models import Community, Level, Membership, Organization
from peso import revision
from tests import factories
from tests.test_conventions import PUBLIC, address, views

TODAY = dt.date(2025, 6, 1)
# What public pages read, and nobody can change.
FIXED = {"registry_revision"}


def watched():
    """The tables whose changes advance the revision."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname = 'registry_revision' AND tgenabled = 'A' "
            "AND tgfoid = 'registry_public_data_changed'::regproc"
        )
        return {table for (table,) in cursor.fetchall()}


def registry():
    """One row, and more, in every public table."""
    with factories.in_bulk():
        member = factories.member(name="Alder", slug="alder", focus="solvers")
        factories.member(ended_on=factories.LATER)
        factories.name(organization=member, text="Elder")
        fluids = factories.community(name="Fluids", slug="fluids")
        factories.community(slug="training", kind="capability")
        factories.service(organization=member, community=fluids)
        place = factories.institution(latitude=50, longitude=8)
        factories.host(organization=member, institution=place)
        factories.representative(organization=member)
        factories.commitment(
            organization=member,
            communities=[fluids],
            approaches=[factories.goal().approaches.first()],
            evidence=["https://example.org/"],
        )
    member.old_slugs.create(slug="elder")
    member.record("admitted", factories.officer(), factories.DAY, "")
    return member


def public_addresses(organization):
    for name, route, _ in views():
        if name in PUBLIC - {"healthz", "readyz"}:
            yield address(name, route, organization)
    yield "/directory/?q=solver&country=DE"
    yield "/directory/?q=sollver&level=core&goal=workforce"
    yield "/directory/?view=map"
    yield "/organizations/elder/"
    yield "/organizations/aldr/"
    yield "/communities/training/"


def scans():
    """How often this transaction, and those shortly before it, read each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_scan + coalesce(idx_scan, 0) "
            "FROM pg_stat_xact_user_tables"
        )
        return dict(cursor.fetchall())


def test_every_table_that_public_pages_read_advances_the_revision(client, committed):
    member = registry()
    with transaction.atomic():
        before = scans()
        for where in public_addresses(member):
            response = client.get(where)
            if response.streaming:
                b"".join(response)
            assert response.status_code < 500, where
        read = {table for table, often in scans().items() if often > before[table]}

    assert len(read) > 15
    assert read - FIXED <= watched()


def test_what_is_not_public_advances_nothing(client, committed):
    user = factories.user(staff=True)
    before = revision.read()

    client.force_login(user)
    user.first_name = "Ada"
    user.save()
    apps.get_model("members", "Import").objects.create(
        by=user, file_name="members.yml", sha256="0" * 64, effective_on=TODAY
    )
    call_command("clearsessions")

    assert revision.read() == before


@pytest.fixture
def tag(client, committed):
    """The ETag of a page now; and that it is not one of those before."""
    seen = set()

    def ask():
        found = client.get("/communities/")["ETag"]
        assert found not in seen
        seen.add(found)
        assert client.get("/communities/")["ETag"] == found
        return found

    return ask


def public_models():
    tables = watched()
    return [model for model in apps.get_models() if model._meta.db_table in tables]


def test_rows_changed_in_bulk_change_the_tag(tag):
    registry()
    assert len(public_models()) >= 20
    tag()
    for model in public_models():
        if model.__name__ != "Event":  # which nobody can change
            key = model._meta.pk.name
            model.objects.update(**{key: F(key)})
            tag()


def test_rows_changed_by_sql_change_the_tag(tag):
    registry()
    tag()
    with connection.cursor() as cursor:
        for model in public_models():
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f"UPDATE {table} SET {key} = {key} WHERE false")
            tag()
            cursor.execute(f"DELETE FROM {table} WHERE false")
            tag()
            cursor.execute(f"TRUNCATE {table} CASCADE")
            tag()


def test_changes_that_are_taken_back_advance_nothing(committed):
    before = revision.read()
    with transaction.atomic():
        Level.objects.update(position=7)
        transaction.set_rollback(True)
    assert revision.read() == before
    with transaction.atomic():
        Level.objects.update(position=F("position"))
        Community.objects.update(name=F("name"))
    number, before = (int(each.split("-")[0]) for each in (revision.read(), before))
    assert number == before + 1


def test_verbs_change_the_tag(tag):
    officer = factories.officer()
    member = factories.organization(name="Alder")
    core, affiliate = factories.level(), factories.level(slug="affiliate")
    facts = {"by": officer, "reason": "So it was decided."}
    tag()
    period = Membership.admit(member, level=core, on=factories.DAY, **facts)
    tag()
    Membership.objects.get(pk=period.pk).change_level(
        level=affiliate, on=TODAY, **facts
    )
    tag()
    member.rename(name="Birch", on=TODAY, **facts)
    tag()
    commitment = Commitment.state(
        member, factories.goal(), effort="leads", by=officer, on=TODAY
    )
    tag()
    commitment.confirm(by=officer, on=TODAY + dt.timedelta(days=1))
    tag()
    commitment.end(on=TODAY + dt.timedelta(days=2), **facts)
    tag()
    member.memberships.get(ended_on=None).end(
        on=TODAY + dt.timedelta(days=3), how="resigned", **facts
    )
    tag()
    member.succeed_by(factories.member(), on=TODAY, **facts)
    tag()


def test_the_admin_changes_the_tag(tag):
    registry()
    officer = Client()
    officer.force_login(factories.officer())
    rows = [Community.objects.first(), Level.objects.first()]
    tag()
    for row in rows:
        opts = row._meta
        where = reverse(
            f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]
        )
        form = officer.get(where).context["adminform"].form
        facts = {name: form[name].value() or "" for name in form.fields}
        response = officer.post(where, {**facts, "name": "Another name"})
        assert response.status_code == 302, response.context["errors"]
        tag()


def test_an_import_changes_the_tag(tag, tmp_path):
    tag()
    file = tmp_path / "members.yml"
    file.write_text(
        "members: [{short_name: OWN, name: Our own, membership_level: core}]"
    )
    call_command("import_members", str(file))
    tag()
    call_command("load_example", "--remove")
    assert Organization.objects.count() == 1


# Writers


@pytest.fixture
def connect(committed):
    opened = []

    def connect():
        own = psycopg.connect(**connection.get_connection_params())
        opened.append(own)
        own.execute("SET lock_timeout = '3s'")
        return own

    yield connect
    for each in opened:
        each.close()


def test_writers_do_not_wait_for_each_other(connect):
    Level.objects.update(position=F("position"))
    before = revision.read()
    one, other = connect(), connect()
    one.execute("UPDATE members_level SET position = position WHERE slug = 'core'")
    other.execute("UPDATE members_level SET position = 9 WHERE slug = 'affiliate'")
    other.commit()
    between = revision.read()
    one.commit()

    assert len({before, between, revision.read()}) == 3


def test_foreign_keys_are_checked_before_the_counter_is_locked(connect):
    """Else one writer holds the counter and waits for the row that the other holds."""
    member, fluids = factories.organization(), factories.community()
    one, other = connect(), connect()
    one.execute("UPDATE members_level SET position = position WHERE slug = 'core'")
    one.execute(
        "INSERT INTO members_service (organization_id, community_id, how, started_on) "
        "VALUES (%s, %s, '', '2024-01-01')",
        [member.pk, fluids.pk],
    )
    locking = "SELECT FROM members_organization WHERE id = %s FOR UPDATE"
    other.execute(locking, [member.pk])
    other.execute("UPDATE members_level SET position = 9 WHERE slug = 'affiliate'")
    committing = threading.Thread(target=one.commit)
    committing.start()
    committing.join(0.3)
    assert committing.is_alive()

    other.commit()
    committing.join(5)

    assert not committing.is_alive()
    assert member.services.count() == 1


def test_many_writers_at_once_are_all_counted(connect):
    def write():
        own = connect()
        for _ in range(20):
            own.execute("UPDATE members_level SET position = 1 WHERE slug = 'core'")
            own.commit()

    before = int(revision.read().split("-")[0])
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert int(revision.read().split("-")[0]) == before + 80


# Readers


class SlowReader(revision.Reader):
    """Answers with how many questions there were, when it is allowed to."""

    def __init__(self):
        super().__init__({})
        self.asked, self.begun, self.go_on = 0, threading.Event(), threading.Event()

    def _ask(self):
        self.asked += 1
        answer = str(self.asked)
        self.begun.set()
        assert self.go_on.wait(5)
        return answer


def test_who_comes_while_a_question_is_asked_shares_the_next_one():
    reader, answers = SlowReader(), []
    threads = [
        threading.Thread(target=lambda: answers.append(reader.read())) for _ in range(5)
    ]
    threads[0].start()
    assert reader.begun.wait(5)
    for thread in threads[1:]:
        thread.start()
    while sum(thread.is_alive() for thread in threads) < 5:
        pass
    threading.Event().wait(0.2)
    reader.go_on.set()
    for thread in threads:
        thread.join(5)

    assert sorted(answers) == ["1", "2", "2", "2", "2"]


def test_reading_goes_on_after_the_server_ended_the_connection(committed):
    before = revision.read()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        assert cursor.fetchone()[0] >= 1

    assert revision.read() == before
