"""Whatever stands in an address of the public site, the answer is one for people."""

from urllib.parse import quote

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories

pytestmark = pytest.mark.siege


def examples(number):
    # What a test's database holds is the same for all: nothing here writes.
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


# Pages that have nothing to ask for share their examples, which are fewer.
PLAIN = ["home", "about", "join", "members:communities", "goals:goals"]
PAGES = [
    "members:directory",
    "members:institution_search",
    "goals:coverage",
    "goals:coverage_members",
]
FORMATS = [
    "members:directory_csv",
    "members:directory_json",
    "goals:coverage_csv",
    "goals:coverage_json",
    "goals:coverage_members_csv",
    "goals:coverage_members_json",
    "api:institutions",
]
# Parameters that some page reads, and values that mean something to some of them.
KNOWN = [
    *("q", "community", "capability", "goal", "effort", "level", "country"),
    *("status", "sort", "view", "page", "show", "kind", "letter", "limit", "field"),
]
MEANT = [
    *("", "1", "2", "-1", "0", "99999999999999999999", "1e9", "core", "leads", "all"),
    *("workforce", "fusion", "DE", "former", "map", "table", "name", "gaps"),
    *("'", '"', "\\", "%", "&", "|", "!", ":*", "<->", "(", "a & b", "\x00", "\ud7ff"),
    *("' OR 1=1 --", "<script>", "../../etc/passwd", "ﷺ", "𝕬", "a" * 5000),
]
value = st.one_of(st.sampled_from(MEANT), st.text(max_size=40))
name = st.one_of(st.sampled_from(KNOWN), st.text(min_size=1, max_size=10))
query = st.lists(st.tuples(name, value), max_size=6)


@pytest.fixture(scope="module")
def rows(kept):
    return kept(make)


@pytest.fixture
def consortium(rows, db):
    """Nobody changes it."""


def make():
    community = factories.community(slug="fusion")
    member = factories.member(name="Solvers united", short_name="SU")
    factories.service(organization=member, community=community)
    factories.commitment(organization=member, communities=[community])
    factories.host(organization=member, institution=factories.institution())
    factories.member(name="Gone", ended_on=factories.LATER)


def encode(text):
    return quote(text.encode("utf-8", "surrogatepass"))


def address(view, pairs):
    query_string = "&".join(f"{encode(key)}={encode(text)}" for key, text in pairs)
    return f"{reverse(view)}?{query_string}"


@pytest.mark.parametrize(
    ("views", "number"), [(PLAIN, 20), *(([each], 60) for each in PAGES)]
)
def test_any_query_string_gets_a_page(client, consortium, views, number):
    @examples(number)
    @given(st.sampled_from(views), query)
    def ask(view, pairs):
        response = client.get(address(view, pairs))

        assert response.status_code in {200, 400, 404}
        assert "<h1" in response.text

    ask()


@pytest.mark.parametrize("view", FORMATS)
def test_any_query_string_gets_data_or_the_reasons(client, consortium, view):
    @examples(60)
    @given(query)
    def ask(pairs):
        response = client.get(address(view, pairs))
        body = response.getvalue().decode()

        assert response.status_code in {200, 400}
        assert body

    ask()


@pytest.mark.parametrize(
    "start",
    [
        "/organizations/",
        "/institutions/",
        "/id/",
        "/communities/",
        "/capabilities/",
        "/goals/",
        "/coverage/",
        "/",
    ],
)
def test_any_path_gets_an_answer(client, consortium, start):
    @examples(60)
    @given(st.text(min_size=1, max_size=60))
    def ask(text):
        response = client.get(start + encode(text))

        assert response.status_code in {200, 301, 302, 400, 404}

    ask()


@pytest.mark.parametrize("view", PLAIN + PAGES + FORMATS)
def test_bytes_that_are_no_text_get_an_answer(client, consortium, view):
    for raw in ("%00", "%ff%fe", "%", "%zz", "q=%c3%28", "&&&==;"):
        response = client.get(f"{reverse(view)}?q={raw}&{raw}")

        assert response.status_code in {200, 400, 404}
