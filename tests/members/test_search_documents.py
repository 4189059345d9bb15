"""That documents made of all texts at once are those that were made text by text."""

from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from goals.example import loading
from members.migrations import _directory
from tests import factories

NOW = import_module("members.migrations.0015_documents_at_once")

FOREIGN = [
    "科学计算软件中心 HPC 第3版",
    "ソフトウェア工学・研究所ー",
    "ศูนย์ซอฟต์แวร์วิทยาศาสตร์",
    "토로이드 가둠을 위한 소프트웨어",
    "مركز البرمجيات العلمية للمياه والمناخ",
    "المـركـز الوطنيّ",
    "वितरित जलविज्ञान एवं अनुप्रयोग",
    "Інститут відкритого програмного забезпечення",
    "Ἀκαδημία Ἐπιστημῶν",
    "מרכז־תוכנה",
    "Straße „Größe“ Ærø ÅNGSTRÖM ﬁle Ｆｕｌｌ ℌilbert",
    "x" * 64 + "yz",
    "é" * 130,
    "a" * 64 + "-" + "b" * 63 + " " + "c" * 130,
    "C++ / O'Neil_2 & <b>x</b>; 100% tab\tnew\u200bline",
    "中" * 70 + "a1",
    "Grid2026, 3D 4 you 42",
    "\u00ad\u200b!!",
]


@pytest.fixture
def full_registry(db):
    loading.load(24, seed=1, on=timezone.localdate())
    community = factories.community(name="Ökologie 生态学")
    for number, text in enumerate(FOREIGN):
        each = factories.member(
            name=f"{text} {number}", short_name=f"S{number}", focus=(text * 2)[:300]
        )
        factories.name(organization=each, text=text[::-1])
        place = factories.institution(
            name=text, other_names=[text.upper()], city=text[:9], country="Ελλάδα"
        )
        factories.host(organization=each, institution=place)
        factories.service(organization=each, community=community)


def told(cursor):
    cursor.execute(
        "SELECT organization_id, names, name_words::text, words::text "
        "FROM members_searchdocument ORDER BY 1"
    )
    documents = cursor.fetchall()
    cursor.execute("SELECT word FROM members_searchword")
    return documents, {word for (word,) in cursor.fetchall()}


def made_anew(cursor, *functions):
    for body in functions:
        cursor.execute(NOW.again(body))
    cursor.execute("DELETE FROM members_searchdocument; DELETE FROM members_searchword")
    cursor.execute(
        "SELECT registry_refresh_documents(ARRAY(SELECT id FROM members_organization))"
    )
    return told(cursor)


def test_documents_are_those_that_were_made_text_by_text(full_registry):
    with connection.cursor() as cursor:
        one_by_one = told(cursor)
        before = made_anew(cursor, _directory.WORDS, _directory.REFRESH)
        now = made_anew(cursor, NOW.WORDS, NOW.REFRESH)

    assert len(now[0]) == 24 + len(FOREIGN)
    assert now == before
    assert one_by_one[0] == now[0]
    assert one_by_one[1] >= now[1] > {"eau", "sciences", "okologie"}


def test_words_are_those_that_they_were(db):
    texts = [*FOREIGN, *map(chr, range(1, 0x3000)), "", " ", "A-b_C", "ﷺ", "\U0001f600"]
    with connection.cursor() as cursor:
        words = {}
        for name, body in ("before", _directory.WORDS), ("now", NOW.WORDS):
            cursor.execute(NOW.again(body))
            cursor.execute(
                "SELECT registry_words(t) FROM unnest(%s::text[]) AS t", [texts]
            )
            words[name] = cursor.fetchall()

    assert words["now"] == words["before"]
    assert words["now"][-3] == (["a", "b", "c"],)
