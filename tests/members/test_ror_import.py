"""What a dump of ROR does to the institutions, and what a broken one does not."""

import datetime as dt
import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from members import locks
from members.models import Institution
from members.ror import importing, reading
from members.ror.importing import RorImport
from tests import factories

ONE, TWO, THREE = "05gq02987", "00jtmb277", "0546hnb39"


def record(ror_id=ONE, *, name="Alder University", status="active", **changes):
    return {
        "id": f"https://ror.org/{ror_id}",
        "names": [
            {"value": name, "types": ["ror_display", "label"], "lang": "en"},
            {"value": f"{name[0]}U", "types": ["acronym"], "lang": None},
            {"value": "Universität Erle", "types": ["label"], "lang": "de"},
        ],
        "locations": [
            {
                "geonames_details": {
                    "name": "Erlstadt",
                    "country_name": "Germany",
                    "country_code": "DE",
                    "lat": 50.5,
                    "lng": 8.5,
                }
            }
        ],
        "links": [{"type": "website", "value": "https://alder.test"}],
        "relationships": [],
        "status": status,
        "admin": {"last_modified": {"date": "2026-02-24"}},
        **changes,
    }


def related(kind, ror_id):
    return [{"type": kind, "id": f"https://ror.org/{ror_id}", "label": "So"}]


@pytest.fixture
def dump(tmp_path):
    """Write records, or bytes, as a dump and give its path."""

    def write(content, name="v2-ror-data.json"):
        path = tmp_path / name
        is_text = isinstance(content, bytes)
        path.write_bytes(content if is_text else json.dumps(content).encode())
        return path

    return write


def counts(summary):
    return (
        *(summary.added, summary.changed, summary.unchanged, summary.withdrawn),
        len(summary.refused),
    )


@pytest.mark.django_db
def test_record_becomes_an_institution(dump):
    records = [record(relationships=related("parent", TWO)), record(TWO, name="Birch")]

    assert counts(RorImport().run(dump(records))) == (2, 0, 0, 0, 0)

    one = Institution.objects.get(ror_id=ONE)
    facts = ["name", "city", "country", "country_code", "latitude", "longitude"]
    facts += ["website", "status"]
    assert [getattr(one, fact) for fact in facts] == [
        *("Alder University", "Erlstadt", "Germany", "DE", 50.5, 8.5),
        *("https://alder.test", "active"),
    ]
    assert one.other_names == ["AU", "Universität Erle"]
    assert one.told_names() == [("AU", ""), ("Universität Erle", "de")]
    assert one.name_notes["AU"] == {"kind": "acronym"}
    assert one.parent.ror_id == TWO
    assert one.ror_modified_on == dt.date(2026, 2, 24)
    assert [each.pgh_label for each in one.history.all()] == ["insert"]


@pytest.mark.django_db
def test_same_file_again_changes_nothing(dump):
    path = dump([record(), record(TWO, relationships=related("successor", ONE))])
    RorImport().run(path)

    assert counts(RorImport().run(path)) == (0, 0, 2, 0, 0)
    assert Institution.history.rel.related_model.objects.count() == 2


@pytest.mark.django_db
def test_only_what_changed_is_written(dump):
    RorImport().run(dump([record(), record(TWO)]))

    summary = RorImport().run(dump([record(name="Alder Institute"), record(TWO)]))

    assert counts(summary) == (0, 1, 1, 0, 0)
    one = Institution.objects.get(ror_id=ONE)
    assert one.name == "Alder Institute"
    labels = [h.pgh_label for h in one.history.order_by("pgh_id")]
    assert labels == ["insert", "update"]
    assert Institution.objects.get(ror_id=TWO).history.count() == 1


@pytest.mark.django_db
def test_institution_that_was_there_keeps_its_row_and_links(dump):
    known = factories.institution(ror_id=ONE, name="Alder", is_example=True)
    host = factories.host(organization=factories.member(), institution=known)

    assert counts(RorImport().run(dump([record()]))) == (0, 1, 0, 0, 0)

    host.institution.refresh_from_db()
    assert host.institution.name == "Alder University"
    assert not host.institution.is_example


@pytest.mark.django_db
def test_record_that_disappears_is_withdrawn_and_keeps_its_row(dump):
    own = factories.institution(ror_id=THREE)
    RorImport().run(dump([record(), record(TWO)]))

    assert counts(RorImport().run(dump([record()]))) == (0, 0, 1, 1, 0)

    assert Institution.objects.get(ror_id=TWO).status == "withdrawn"
    own.refresh_from_db()
    assert own.status == "active"


@pytest.mark.django_db
def test_command_tells_what_is_linked_to_what_is_gone(dump, capsys):
    RorImport().run(dump([record(), record(TWO, name="Birch")]))
    member = factories.member(name="Cedar")
    factories.host(organization=member, institution=Institution.objects.get(ror_id=ONE))
    gone = record(status="withdrawn", relationships=related("successor", TWO))

    call_command("import_ror", dump([gone, record(TWO, name="Birch")]))

    assert capsys.readouterr().out.splitlines() == [
        (
            f"needs a look: Cedar: Alder University ({ONE}) is withdrawn at ROR; "
            f"Birch ({TWO}) carries on."
        ),
        "0 added, 1 changed, 1 unchanged, 0 withdrawn, 0 refused.",
    ]
    assert Institution.objects.get(ror_id=ONE).today.ror_id == TWO


REFUSED = [
    ({"names": []}, "0 names to display, expected one"),
    ({"status": "lost"}, "unknown status “lost”"),
    ({"admin": {}}, "not in the form of ROR's schema 2"),
    ({"locations": [{"geonames_details": {"country_code": "Germany"}}]}, "no country"),
    (
        {"locations": [{"geonames_details": {"lat": 99, "lng": 0}}]},
        "99.0, 0.0 is not on Earth",
    ),
    ({"names": [{"value": "a" * 301, "types": ["ror_display"]}]}, "301 characters"),
    ({"names": [{"value": "a\x01b", "types": ["ror_display"]}]}, "control characters"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_record_that_cannot_be_kept_is_refused_alone(dump, changes, said):
    RorImport().run(dump([record(TWO, name="Birch")]))

    summary = RorImport().run(dump([record(), record(TWO, **changes)]))

    assert counts(summary) == (1, 0, 0, 0, 1)
    assert said in summary.refused[0]
    assert summary.refused[0].startswith(f"{TWO}: ")
    two = Institution.objects.get(ror_id=TWO)
    assert (two.name, two.status) == ("Birch", "active")


def zipped(content, name="v2-ror-data.json", compression=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def with_flag(content, flag):
    """A zip that says of its file what is not so."""
    places = [content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8]
    return bytes(
        byte | (flag if place in places else 0) for place, byte in enumerate(content)
    )


TEXT = json.dumps([record(), record(TWO)], indent=1).encode()
BROKEN = [
    (b"", "expected “\\[”"),
    (b"{}", "expected “\\[”"),
    (b"[]", "no record"),
    (TEXT[:-1], "after 2 records: the file ends here, cut off"),
    (TEXT[:-30], "after 1 records: the file ends here, cut off"),
    (TEXT.replace(b'"status"', b"status", 1), "Line [0-9]+, after 0 records: no JSON"),
    (TEXT[:-1] + b",]", "after 2 records: no JSON"),
    (TEXT + b"x", "nothing after the end of the list"),
    (TEXT.replace(b"Alder", b"\xff", 1), "byte [0-9]+ is not UTF-8"),
    (b"[NaN]", "NaN is no number"),
    (b"[" * 100_000, "no JSON that is understood"),
    (
        b'[{"id": "05gq02987", "name": "schema 1"}]',
        "Record 1, line 1: no record of ROR",
    ),
    (b"[1]", "Record 1, line 1: no record of ROR"),
    (json.dumps([record(), record()]).encode(), "more than once"),
    (zipped(TEXT)[:-40], "cut off: its end is missing"),
    (zipped(TEXT).replace(b"\x00\x00", b"\x01\x07", 9), "zip"),
    (zipped(TEXT, "readme.txt"), "Expected one JSON file in the zip; there is: none"),
    (zipped(TEXT, compression=zipfile.ZIP_LZMA), "Expected a zip that is deflated"),
    (with_flag(zipped(TEXT), 0x01), "cannot be opened: .*password"),
    (with_flag(zipped(TEXT), 0x20), "cannot be opened: compressed patched data"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "said"), BROKEN)
def test_broken_file_changes_nothing_and_the_answer_names_the_place(
    dump, content, said
):
    read_on = dt.date(2026, 2, 24)
    factories.institution(name="Here before", ror_id=THREE, ror_modified_on=read_on)

    with pytest.raises(CommandError, match=f"(?s){said}.*Nothing was written"):
        call_command("import_ror", dump(content, "broken"))

    assert [each.name for each in Institution.objects.all()] == ["Here before"]


@pytest.mark.django_db
def test_missing_file_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_ror", tmp_path / "none.zip")


def test_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch, tmp_path):
    path = tmp_path / "huge.zip"
    path.write_bytes(zipped(b"[" + b" " * 10_000))
    monkeypatch.setattr(reading, "LARGEST_FILE", 5_000)

    with (
        pytest.raises(reading.RefusalError, match="10,001 bytes of JSON are more"),
        reading.opened(path),
    ):
        pass


def test_record_that_never_ends_is_refused_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(reading, "PIECE", 1000)
    monkeypatch.setattr(reading, "LONGEST_RECORD", 5_000)
    stream = io.BytesIO(b'[{"a": "' + b"x" * 100_000)

    with pytest.raises(reading.RefusalError, match="longer than any of ROR"):
        list(reading.Reader(stream, lambda number: None))

    assert stream.tell() < 8_000


@pytest.mark.parametrize("piece", [1, 7, 64, 10_000])
def test_records_are_read_alike_whatever_the_pieces(monkeypatch, piece):
    monkeypatch.setattr(reading, "PIECE", piece)
    records = [record(name="Universität 大学"), record(TWO)]
    text = json.dumps(records, ensure_ascii=False, indent=1)
    content, told = b"\xef\xbb\xbf" + text.encode(), []

    found = list(reading.Reader(io.BytesIO(content), told.append))

    assert found == records
    assert sum(told) == len(content)


@pytest.mark.django_db
def test_file_with_a_part_of_ror_is_refused_unless_it_is_meant(dump, monkeypatch):
    monkeypatch.setattr(importing, "FEW", 1)
    RorImport().run(dump([record(), record(TWO), record(THREE)]))
    path = dump([record()])

    with pytest.raises(reading.RefusalError, match="2 of 3 institutions of ROR"):
        RorImport().run(path)
    assert not Institution.objects.gone().exists()
    assert RorImport(shrunken=True).run(path).withdrawn == 2


@pytest.mark.django_db
def test_second_import_at_a_time_is_refused(dump):
    with closing(connection.copy()) as other:
        with other.cursor() as cursor:
            cursor.execute(locks.TRY, [importing.LOCK])
        with pytest.raises(CommandError, match="Another import of ROR is running"):
            call_command("import_ror", dump([record()]))
        with other.cursor() as cursor:
            cursor.execute(locks.END, [importing.LOCK])

    assert not Institution.objects.exists()
    assert RorImport().run(dump([record()])).added == 1


def test_registry_is_usable_while_an_import_runs(client, committed, dump):
    """It is held up in its transaction, by somebody who has the word “dogwood”."""
    before = [record(), record(TWO, name="Birch University")]
    after = [
        record(name="Elder University"),
        record(TWO, name="Beech University"),
        record(THREE, name="Dogwood University"),
    ]
    after[0]["locations"][0]["geonames_details"] |= {
        "country_name": "Norway",
        "country_code": "NO",
    }
    RorImport().run(dump(before))
    alder, birch = Institution.objects.order_by("pk")
    member, late = factories.member(), factories.member(name="Cedar")
    host = factories.host(organization=member, institution=alder)
    old = found(client)
    with ThreadPoolExecutor(1) as thread:
        with holding_up("dogwood"):
            running = thread.submit(import_ror, dump(after))
            wait_for_somebody_to_wait()
            seen = [found(client)]
            with waiting_for_nobody():
                factories.host(organization=member, institution=birch)
                factories.host(organization=late, institution=birch)
                host.delete()
            assert not running.done()
        while not running.done():
            seen.append(found(client))

    new = found(client)
    assert counts(running.result()) == (1, 2, 0, 0, 0)
    assert old == {"Alder University, DE", "Birch University, DE"}
    assert new == {
        *("Elder University, NO", "Beech University, DE", "Dogwood University, DE")
    }
    assert seen[0] == old
    assert all(each in (old, new) for each in seen)
    assert "Cedar" in client.get('/directory/?q="Beech"').text


def import_ror(path):
    try:
        return RorImport().run(path)
    finally:
        connection.close()


def found(client):
    """What a search finds of what is not withdrawn."""
    items = client.get("/api/v1/institutions?q=University").json()["items"]
    return {
        f"{each['name']}, {each['country_code']}"
        for each in items
        if each["status"] == "active"
    }


@contextmanager
def holding_up(word):
    """Nobody else can count names with this word meanwhile."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO members_institutionterm VALUES (%s, 1)", [word])
        yield


def wait_for_somebody_to_wait():
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    ends = time.monotonic() + 20
    with connection.cursor() as cursor:
        while not cursor.execute(waiting).fetchone()[0]:
            assert time.monotonic() < ends, "nobody waits"
            time.sleep(0.01)


@contextmanager
def waiting_for_nobody():
    """What would wait for another's lock here is refused instead."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
