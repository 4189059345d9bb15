"""Which members, former members and open applications may be the one that applies."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.applying import duplicates
from members.models import Answer, Application
from members.models.likeness import AT_MOST, site
from tests import factories
from tests.factories import DAY, LATER

pytestmark = pytest.mark.django_db


def test_key_of_an_answer_says_what_it_is_about():
    keys = (
        duplicates.organization_key("ABCD1234"),
        duplicates.application_key("ABCD1235"),
        "duplicate-community-ABCD1236",
        "duplicate-organization-ABCD12345",
        "name",
    )

    assert [duplicates.is_key(key) for key in keys] == [True, True, *[False] * 3]
    assert [*map(duplicates.organization_in, keys)] == ["ABCD1234", *[""] * 4]
    assert [*map(duplicates.application_in, keys)] == ["", "ABCD1235", *[""] * 3]


SITES = [
    ("https://example.org", "example.org"),
    ("https://WWW.Example.org:8443/path?x#y", "example.org"),
    ("example.org/about", "example.org"),
    ("https://user:word@example.org.", "example.org"),
    ("https://docs.example.org", "docs.example.org"),
    ("https://bücher.example", "xn--bcher-kva.example"),
    ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
    ("https://github.com/Solvers/core", "github.com/solvers"),
    ("https://www.github.com/orgs/solvers", "github.com/solvers"),
    ("https://github.com", ""),
    ("https://sites.google.com/view/solvers/home", "sites.google.com/solvers"),
    ("https://sourceforge.net/projects/solvers/", "sourceforge.net/solvers"),
    ("", ""),
    ("https://[", ""),
    ("https://ex\u2100ample.org", ""),
    ("https://" + "a" * 70 + ".org", "a" * 70 + ".org"),
]


def test_what_tells_websites_apart():
    for address, expected in SITES:
        assert site(address) == expected, address


def found(**answers):
    """What an application of these answers is told: names and reasons."""
    application = Application.open(by=factories.applicant())
    answers = {"name": "Quite Another", "website": "https://another.example"} | answers
    for key, value in answers.items():
        Answer.objects.create(
            application=application, key=key, value=value, by=application.opened_by
        )
    told = {each.name: each.reasons for each in application.duplicates}
    application.withdraw(by=application.opened_by)
    return told


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("https://example.org", "http://www.example.org/solvers"),
        ("https://www.example.org:8080/", "example.org"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://www.bücher.example"),
        ("https://github.com/solvers", "https://github.com/Solvers/core"),
        ("https://sites.google.com/view/solvers", "sites.google.com/view/solvers/x"),
    ],
)
def test_the_same_website_is_told(theirs, ours):
    factories.member(name="First", website=theirs)

    assert found(website=ours) == {"First": ("the same website",)}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("https://nexample.org", "https://example.org"),
        ("https://example.org.example.com", "https://example.org"),
        ("https://other.example/?from=https://example.org", "https://example.org"),
        ("https://github.com/other", "https://github.com/solvers"),
        ("https://github.com/other/solvers", "https://github.com/solvers"),
        ("https://sites.google.com/view/other", "sites.google.com/view/solvers"),
        ("", ""),
    ],
)
def test_another_website_is_not_told(theirs, ours):
    factories.member(name="First", website=theirs)

    assert found(website=ours) == {}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Zürich Solvers", "zurich  SOLVERS"),
        ("Scalable Sparse Solvers Project", "Scalable Sparse Solver Project"),
    ],
)
def test_near_equal_names_are_told(theirs, ours):
    factories.member(name=theirs)

    assert found(name=ours) == {theirs: ("a name much like yours",)}


def test_names_that_it_had_are_told_whatever_their_accents():
    member = factories.member(name="Sparse Toolkit", short_name="ÉST")
    factories.name(organization=member, text="Zürich Codes")
    expected = {"Sparse Toolkit (ÉST)": ("a name that it has or had",)}

    assert found(name="ZURICH CODES") == expected
    assert found(short_name="est") == expected
    assert found(name="est") == expected


def test_a_shared_host_makes_less_likeness_enough():
    institution = factories.institution(ror_id="05gq02987")
    member = factories.member(name="Solvers for physics in Konstanz")
    factories.host(organization=member, institution=institution)
    name = "Physics meshes in Konstanz"

    assert found(name=name) == {}
    assert found(name=name, hosts=[str(institution.pk)]) == {
        member.name: ("the same host institution",)
    }


def test_former_members_are_told_and_who_never_was_a_member_is_not():
    factories.member(name="Sparse Solvers", ended_on=LATER)
    factories.organization(name="Sparse Solver")
    application = factories.application(
        given=factories.answers(name="Sparse Solvers", short_name="")
    )

    (duplicate,) = application.duplicates

    assert (duplicate.name, duplicate.standing) == ("Sparse Solvers", "Former member")


def test_open_applications_are_told_and_drafts_are_not_named():
    given = factories.answers(name="Sparse Solvers", short_name="SPSO")
    factories.application(given=given, state="submitted")
    reasons = ("the same website", "a name much like yours")

    assert found(name="Sparse solver", website=given["website"]) == {
        "Sparse Solvers": reasons
    }
    assert found(short_name="spso") == {
        "Sparse Solvers": ("a name that it has or had",)
    }

    given = factories.answers(name="Dense Solvers", website="dense.example")
    draft = factories.application(given=given)
    assert found(name="Dense Solver", website="https://dense.example") == {
        "An application that somebody is writing": reasons
    }
    draft.withdraw(by=draft.opened_by)
    assert found(name="Dense Solver", website="https://dense.example") == {}


def test_open_applications_with_the_same_host_are_told():
    key = str(factories.institution().pk)
    given = factories.answers(name="Solvers for physics in Konstanz", hosts=[key])
    factories.application(given=given, state="submitted")
    name = "Physics meshes in Konstanz"

    assert found(name=name) == {}
    assert found(name=name, hosts=[key]) == {
        given["name"]: ("the same host institution",)
    }


def test_an_application_is_submitted_only_when_its_duplicates_are_told_apart():
    member = factories.member(name="Sparse Solvers")
    given = factories.answers(name="Sparse Solvers", short_name="")
    application = factories.application(given=given)
    by, key = application.opened_by, f"duplicate-organization-{member.public_id}"

    assert [problem.field for problem in application.problems()] == [key]
    application.save_answers({key: "another"}, by=by)
    assert application.problems() == []
    application.submit(by=by)
    assert application.organization is None


def test_the_likeliest_come_first_and_no_more_than_anybody_reads():
    for number in range(AT_MOST + 5):
        factories.member(name=f"Sparse Solvers {number}")
    factories.member(name="Wholly Other", website="https://sparse.example")

    names = list(found(name="Sparse Solvers", website="sparse.example"))

    assert len(names) == AT_MOST
    assert names[0] == "Wholly Other"


# Indexes are made in a moment where all rows are there already, or not at all where
# nothing here asks for them.
MANY = """
    ALTER TABLE members_organization DROP CONSTRAINT organization_public_id_valid;
    ALTER TABLE members_membership DROP CONSTRAINT membership_no_overlap;
    DROP INDEX organization_name_trigrams, organization_site_trigrams, name_trigrams,
        organization_name_unique, organization_order, name_once;
    SET LOCAL session_replication_role = replica;
    INSERT INTO members_organization
        (public_id, slug, name, short_name, focus, description, website, is_example,
         unknown)
    SELECT 'X' || n, 'x-' || n, 'Institute for ' || left(md5(n::text), 12),
        'I' || n, '', '', 'https://github.com/' || left(md5(n::text), 12), false, '{}'
    FROM generate_series(1, 20000) AS n;
    INSERT INTO members_membership
        (organization_id, level_id, started_on, end_reason)
    SELECT id, (SELECT min(id) FROM members_level), %s, ''
    FROM members_organization;
    INSERT INTO members_name (organization_id, kind, text, language)
    SELECT id, 'former', 'Once ' || name, '' FROM members_organization;
    SET LOCAL session_replication_role = origin;
    CREATE INDEX organization_name_trigrams ON members_organization
        USING gin (folded_name gin_trgm_ops);
    CREATE INDEX organization_site_trigrams ON members_organization
        USING gin (website gin_trgm_ops);
    CREATE INDEX name_trigrams ON members_name USING gin (folded_text gin_trgm_ops);
    SET LOCAL default_statistics_target = 10;
    ANALYZE members_organization, members_membership, members_name;
"""


def test_twenty_thousand_members_are_never_read_one_by_one():
    """Each way of being alike is found by an index."""
    with connection.cursor() as cursor:
        cursor.execute(MANY.replace("%s", f"'{DAY}'"))
    name = "Institute for sparse solvers in Konstanz"
    website = "https://github.com/c4ca4238a0b9"
    given = factories.answers(name=name, website=website)
    application = factories.application(given=given)
    application.forget()

    with CaptureQueriesContext(connection) as queries:
        (duplicate,) = application.duplicates

    assert duplicate.reasons == ("the same website",)
    asked = [q["sql"] for q in queries if " % " in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.6")
        # What the planner believes of an index that was never vacuumed changes with
        # what ran before: it reads all rows only where no index would do.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = [line for (line,) in cursor.fetchall()]
            assert not [line for line in plan if "Seq Scan on members_organi" in line]
            assert not [line for line in plan if "Seq Scan on members_name" in line]
    # What may be meant, and how alike the members among it are.
    assert len(asked) == 2


@pytest.mark.parametrize("number", [1, 3])
def test_duplicates_take_as_many_queries_as_one(number, django_assert_num_queries):
    for each in range(number):
        factories.member(name=f"Sparse Solvers {each}")
        given = factories.answers(name=f"Sparse Solvers {each}", short_name="")
        factories.application(given=given)
    application = factories.application(given={"name": "Sparse Solvers"})
    application.forget()

    # A savepoint with its threshold around the draft, which members and open
    # applications may be meant, and how alike those and these are.
    with django_assert_num_queries(7):
        duplicates = application.duplicates

    assert len(duplicates) == 2 * number


def test_where_no_member_may_be_meant_nothing_more_is_asked(django_assert_num_queries):
    factories.member(name="Dense Meshes")
    application = factories.application(given={"name": "Sparse Solvers"})
    application.forget()

    with django_assert_num_queries(5):
        assert application.duplicates == []
