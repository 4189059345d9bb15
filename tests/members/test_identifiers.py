import itertools
import json
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from members.identifiers import (
    ALPHABET,
    check_character,
    new_public_id,
    read_public_id,
    read_ror_id,
)

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "ror-sample.zip"


def test_a_public_id_reads_back_and_forgives_misreadings():
    body = "10A0100"
    public_id = body + check_character(body)

    assert read_public_id(public_id) == public_id
    assert read_public_id(f" {public_id[:4].lower()}-{public_id[4:]} ") == public_id
    assert read_public_id("IOAoLO0" + public_id[-1]) == public_id


def test_a_public_id_finds_every_wrong_character_and_every_exchange():
    public_id = new_public_id()
    for place, char in itertools.product(range(8), ALPHABET):
        wrong = public_id[:place] + char + public_id[place + 1 :]
        assert (read_public_id(wrong) == wrong) == (wrong == public_id)
    for one, two in itertools.combinations(range(8), 2):
        chars = list(public_id)
        chars[one], chars[two] = chars[two], chars[one]
        wrong = "".join(chars)
        assert (read_public_id(wrong) is None) == (wrong != public_id)


@pytest.mark.parametrize(
    "text", ["", "0", "1234567", "123456789", "ÄÖÜ45678", "\0" * 8]
)
def test_what_is_no_public_id_reads_as_none(text):
    assert read_public_id(text) is None


@pytest.mark.django_db
def test_the_database_checks_public_ids_with_the_same_sum():
    ids = [new_public_id() for _ in range(200)]
    wrong = [i[:-1] + ALPHABET[(ALPHABET.index(i[-1]) + 1) % 31] for i in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(registry_is_public_id(i)) FROM unnest(%s::text[]) AS i",
            [ids + wrong],
        )
        (answers,) = cursor.fetchone()

    assert answers == [True] * 200 + [False] * 200


@pytest.mark.parametrize(
    ("text", "ror_id"),
    [
        ("https://ror.org/05gq02987", "05gq02987"),
        (" ROR.org/05GQ02987", "05gq02987"),
        ("05gq02987", "05gq02987"),
        ("05gq02988", None),
        ("05gq0298", None),
        ("15gq02987", None),
        ("05gq029８7", None),
        ("", None),
    ],
)
def test_ror_ids_are_read_with_their_checksum(text, ror_id):
    assert read_ror_id(text) == ror_id


@pytest.mark.django_db
def test_the_database_and_python_accept_every_real_ror_id():
    if not SAMPLE.exists():
        pytest.skip(f"needs the sample of ROR, {SAMPLE.name}, in ../shared/data")
    with zipfile.ZipFile(SAMPLE) as archive:
        records = json.loads(archive.read(archive.namelist()[0]))
    ids = [record["id"].removeprefix("https://ror.org/") for record in records]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::text[]) AS i WHERE registry_is_ror_id(i)",
            [ids],
        )
        (accepted,) = cursor.fetchone()

    assert [read_ror_id(ror_id) for ror_id in ids] == ids
    assert accepted == len(ids) > 10_000
