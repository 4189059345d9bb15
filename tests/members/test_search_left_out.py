"""Words that nobody has: what stands for them, and what is left out."""

import json

import pytest

from members.search import understand
from tests import factories
from tests.members.test_directory_search import found


def a_consortium():
    prism = factories.member(name="Pictures of Simulations", short_name="PRISMA")
    factories.name(organization=prism, text="Prüfstelle für Bilder")
    factories.member(name="Centre for Open Source Compilers", short_name="COSC")
    factories.member(name="Group of Chemistry Libraries", short_name="GCL")
    factories.member(
        name="Møller Noether Institute", short_name="MNI", focus="Tensor kernels"
    )
    for number in range(8):
        factories.member(name=f"Software of Member {number}", focus="Energy systems")


@pytest.fixture(scope="module")
def rows(kept):
    kept(a_consortium)


@pytest.fixture
def consortium(rows, db):
    """Written once for all tests of this module."""


@pytest.mark.parametrize(
    ("text", "name", "meant", "left_out"),
    [
        ("the PRISMA consortium", "PRISMA", [], ["consortium"]),
        ("website of Prisma", "PRISMA", [], ["website"]),
        ("website of Prisma in Uruguay", None, [], []),
        ("noether tensor kernels xylem quartz", "MNI", [], ["xylem", "quartz"]),
        ("simulatoins picturs", "PRISMA", ["simulations", "pictures"], []),
        ("PRUEFSTELLE", "PRISMA", [], []),
        ("pruefstelle fuer bilder", "PRISMA", ["fur"], []),
        ("moeller", "MNI", [], []),
        ("Nöther", "MNI", [], []),
        ("compiler", "COSC", [], []),
        ("library", "GCL", [], []),
        ("tensorkernels", "MNI", ["tensor kernels"], []),
        ("opensource compilers", "COSC", [], []),
        ("center compilers", "COSC", ["centre"], []),
        ("Zentrum", "COSC", ["centre"], []),
        ("chimie", "GCL", ["chemistry"], []),
        ("libraries of compilers and simulations", None, [], []),
    ],
)
def test_words_that_nobody_has_stand_for_others_or_are_left_out(
    consortium, text, name, meant, left_out
):
    search = understand(text)

    assert found(text) == ([name] if name else [])
    assert [word for r in search.corrected for word in r.meant] == meant
    assert search.left_out == left_out


@pytest.mark.parametrize(
    "text",
    [
        "archaeology of Mesopotamia",
        "software archaeology",
        "energy of the ancient Assyrians",
        "compilers in Antarctica",
        "zzz qqq",
    ],
)
def test_what_is_left_must_tell_more_than_what_is_left_out(consortium, text):
    assert found(text) == []
    assert understand(text).corrected == understand(text).left_out == []


def test_double_quotes_leave_nothing_out_and_stand_for_nothing_else(consortium):
    assert found('"the PRISMA consortium"') == []
    assert found('"chimie"') == found('"compiler tools"') == []
    assert found('"pruefstelle"') == []


def test_page_tells_what_was_left_out_and_what_stands_for_what(consortium, client):
    page = client.get("/directory/", {"q": "the PRISMA consortium"}).content.decode()
    assert "Left out:" in page
    assert "“<bdi>consortium</bdi>”" in page
    assert "q=%22the+PRISMA+consortium%22" in page

    page = client.get("/directory/", {"q": "center compilers"}).content.decode()
    assert "“<bdi>center</bdi>”" in page
    assert "<bdi>centre</bdi>" in page
    assert "Left out" not in page

    response = client.get("/directory.json", {"q": "the PRISMA consortium"})
    told = json.loads(b"".join(response))
    assert (told["count"], told["left_out"]) == (1, ["consortium"])


def test_page_tells_which_words_nobody_has(consortium, client):
    page = client.get("/directory/", {"q": "xylophone"}).content.decode()
    assert "“<bdi>xylophone</bdi>”, nor a word like it." in page

    # “Tensor” is like it, but nobody has all that.
    page = client.get("/directory/", {"q": "tensr archaeology"}).content.decode()
    assert "“<bdi>tensr</bdi>”, “<bdi>archaeology</bdi>”." in page
