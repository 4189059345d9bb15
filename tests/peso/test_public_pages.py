"""Tags of public pages, what is kept of them, and what never is."""

import re
from itertools import count

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import ResolverMatch

from members.models import Community, Level
from members.public import Shared, public_page
from peso import pages, revision
from peso.shelf import OVERHEAD, Shelf
from tests import factories
from tests.test_conventions import PUBLIC, views
from tests.test_revision import public_addresses, registry

# Open to all, and not pages.
NOT_PAGES = {"healthz", "readyz"}
ADDRESSES = [
    "/",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-organizations.xml",
    "/directory/?q=solvers",
    "/organizations/alder/",
    "/coverage/",
    "/directory.csv",
    "/directory.json",
    "/coverage.csv",
    "/coverage.json",
    "/coverage/members.csv",
    "/coverage/members.json",
]


@pytest.fixture
def member(committed):
    return registry()


def body(response):
    return b"".join(response) if response.streaming else response.content


def queries():
    return CaptureQueriesContext(connection)


def test_every_public_view_is_a_public_page():
    marked = {name for name, _, view in views() if pages.is_public(view)}

    assert marked == PUBLIC - NOT_PAGES


def test_second_answer_is_the_first_one(client, member):
    for where in ADDRESSES:
        first = client.get(where)
        content = body(first)
        with queries() as asked:
            second = client.get(where)

        assert first.status_code == second.status_code == 200
        assert content == body(second)
        assert re.fullmatch(r'"[0-9a-f]{30}"', first["ETag"])
        assert first["ETag"] == second["ETag"]
        assert first["Cache-Control"] == pages.SHARED
        assert first["X-Request-ID"] != second["X-Request-ID"]
        assert lasting(first) == lasting(second)
        assert second.streaming or len(asked) == 0


def lasting(response):
    """The headers that do not change from answer to answer."""
    fleeting = {"X-Request-ID", "X-Accel-Expires"}
    return {k: v for k, v in response.headers.items() if k not in fleeting}


def test_known_tag_gets_304_without_a_query(member):
    for where in ADDRESSES:
        tag = Client().get(where)["ETag"]
        for sent in (tag, f"W/{tag}", f'"a", {tag}', f'"a" ,W/{tag} , "b"'):
            known = {"if-none-match": sent}
            for ask in (Client().get, Client().head):
                with queries() as asked:
                    response = ask(where, headers=known)
                assert response.status_code == 304
                assert response["ETag"] == tag
                assert response["Cache-Control"] == pages.SHARED
                assert response.content == b""
                assert len(asked) == 0


def test_other_tags_get_the_page(client, member):
    tag = client.get("/about/")["ETag"]
    for sent in ('"other"', tag[:-2] + '"', tag.strip('"'), "W/", ""):
        response = client.get("/about/", headers={"if-none-match": sent})
        assert response.status_code == 200
        assert response["ETag"] == tag


def test_star_asks_whether_there_is_a_page(client, member):
    for _ in range(2):
        star = {"if-none-match": "*"}
        assert client.get("/about/", headers=star).status_code == 304
        assert client.get("/nothing/", headers=star).status_code == 404
        assert client.get("/organizations/none/", headers=star).status_code == 404
        client.get("/about/")


def test_head_answers_as_get_does(client, member):
    got = client.get("/about/")
    head, again = Client().head("/about/"), client.head("/about/")

    assert got["ETag"] == head["ETag"] == again["ETag"]
    assert got["Content-Length"] == head["Content-Length"] == again["Content-Length"]
    assert head.content == again.content == b""


def test_every_public_page_answers_head_as_get(member):
    for where in [*public_addresses(member), "/api/v1/institutions?q=a"]:
        got, head = Client().get(where), Client().head(where)

        assert head.status_code == got.status_code, where
        assert body(head) == b""
        assert body(got) or got.status_code in (301, 302)


def test_each_representation_and_address_has_its_own_tag(client, member):
    part = {"hx-request": "true"}
    tags = [
        client.get("/directory/")["ETag"],
        client.get("/directory/", headers=part)["ETag"],
        client.get("/directory/?q=a")["ETag"],
        client.get("/directory/?q=A")["ETag"],
        client.get("/directory/", secure=True)["ETag"],
        client.get("/directory/", headers={"host": "localhost"})["ETag"],
        client.get("/directory.csv")["ETag"],
    ]
    restored = {**part, "hx-history-restore-request": "true"}

    assert len(set(tags)) == len(tags)
    assert client.get("/directory/", headers=restored)["ETag"] == tags[0]
    assert b"<html" not in client.get("/directory/", headers=part).content
    assert b"<html" in client.get("/directory/", headers=restored).content


@pytest.mark.parametrize(
    "where", ["/directory/?q=a", "/institutions/search/?field=host&host_q=Alder"]
)
def test_page_that_htmx_restores_is_kept_as_the_page(client, member, where):
    part = {"hx-request": "true"}
    restored = {**part, "hx-history-restore-request": "true"}

    assert b"<html" in client.get(where, headers=restored).content
    assert b"<html" not in client.get(where, headers=part).content
    assert b"<html" in client.get(where).content


def test_home_below_another_root_is_not_the_page_at_that_address(client, member):
    """A server hands on which part of the path is the root, perhaps as it was told."""
    home = client.get("/", SCRIPT_NAME="/directory")
    directory = client.get("/directory/")

    assert home["ETag"] != directory["ETag"]
    assert "<title>Directory" in directory.text


def test_another_day_has_other_pages(client, member, settings):
    """Somewhere it is always a day later than elsewhere."""
    tags = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati"):
        settings.TIME_ZONE = zone
        response = client.get("/about/")
        tags.append(response["ETag"])
        known = client.get("/about/", headers={"if-none-match": tags[0]})
        assert known.status_code == (304 if tags[-1] == tags[0] else 200)

    assert tags[0] == tags[2] != tags[1]


def test_two_processes_never_show_what_was(member):
    """Each has a memory of its own, as two clients here have."""
    one, other = Client(), Client()
    for number in range(5):
        Community.objects.filter(slug="fluids").update(name=f"Fluids {number}")
        for client in (one, other):
            for _ in range(2):
                page = client.get("/communities/").content.decode()
                assert re.findall(r"Fluids \d", page) == [f"Fluids {number}"]


# What is kept


class Server:
    """The middleware around a view that a test makes up."""

    def __init__(self, view, *, megabytes=1):
        self.view, self.asked = public_page(view), 0
        self.middleware = pages.PublicPages(self.respond)
        self.shelf = self.middleware.shelf = Shelf(megabytes * 2**20)

    def respond(self, request):
        self.asked += 1
        request.resolver_match = ResolverMatch(self.view, (), {})
        self.middleware.process_view(request, self.view, (), {})
        return self.view(request)

    def get(self, where="/page/", *, method="GET", **headers):
        request = RequestFactory().generic(method, where, headers=headers)
        return self.middleware(request)


def test_page_during_which_something_changed_is_neither_tagged_nor_kept(committed):
    def view(request):
        if server.asked == 1:
            Level.objects.update(position=3)
        return HttpResponse("page")

    server = Server(view)
    assert "ETag" not in server.get()
    assert not server.shelf.answers
    tagged = server.get()
    assert "ETag" in tagged
    assert server.get()["ETag"] == tagged["ETag"]
    assert server.asked == 2


def test_stream_is_tagged_after_its_query_has_begun(committed):
    def view(request):
        def lines():
            if server.asked == 1:
                Level.objects.update(position=3)
            yield "line"

        return StreamingHttpResponse(lines())

    server = Server(view)
    assert "ETag" not in server.get()
    again = server.get()
    assert "ETag" in again
    assert body(again) == b"line"
    assert not server.shelf.answers


def test_head_of_a_stream_has_no_more_made_than_its_beginning(committed):
    def view(request):
        def lines():
            for number in range(1000):
                made.append(number)
                yield "line"

        return StreamingHttpResponse(lines())

    server, made = Server(view), []
    head = server.get(method="HEAD")

    assert body(head) == b""
    assert made == [0]
    assert head["ETag"] == server.get()["ETag"]


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse("who", headers={"Vary": "Cookie"}),
        HttpResponse("who", headers={"Cache-Control": "no-store"}),
        HttpResponse("none", status=404),
        HttpResponse("moved", status=301, headers={"Location": "/"}),
        HttpResponse("broken", status=503),
    ],
)
def test_nothing_but_plain_pages_is_kept(committed, answer):
    server = Server(lambda request: answer)

    assert server.get() is answer
    assert "ETag" not in answer
    assert "public" in answer["Cache-Control"] or answer.status_code in (200, 503)
    assert not server.shelf.answers


def test_answer_that_sets_a_cookie_is_private(committed):
    def view(request):
        response = HttpResponse("who")
        response.set_cookie("who", "me")
        return response

    server = Server(view)

    assert server.get()["Cache-Control"] == "private, no-cache"
    assert not server.shelf.answers


@pytest.mark.parametrize(
    "sent",
    [
        {"cookie": "session=abc"},
        {"cookie": "other=1; csrf=abc"},
        {"cookie": "messages=abc"},
        {"authorization": "Bearer abc"},
    ],
)
def test_who_says_who_asks_is_answered_alone(committed, sent):
    """Neither from what is kept for all, nor is it kept for others."""
    server = Server(lambda request: HttpResponse(f"page for {request.META}"))
    own = server.get(**sent)
    assert not server.shelf.answers
    public = server.get()
    again = server.get(**sent)

    assert server.asked == 3
    for response in (own, again):
        assert response["Cache-Control"] == "private, no-cache"
        assert "ETag" not in response
        assert "X-Accel-Expires" not in response
    known = server.get(**sent, **{"if-none-match": public["ETag"]})
    assert known.status_code == 200


def test_nothing_of_a_signed_in_page_is_ever_served_to_another(client, member):
    """Were a page to say who reads it, as the admin's pages do."""
    officer = Client()
    officer.force_login(factories.officer())
    name = officer.get("/admin/").wsgi_request.user.username
    where = [*ADDRESSES, "/admin/", "/goals/workforce/", "/communities/"]
    for address in where:
        response = officer.get(address)
        assert response.status_code == 200
        body(response)
        if address == "/admin/":
            assert name in response.content.decode()
        assert "public" not in response.get("Cache-Control", "")
        for sent in ({}, {"if-none-match": response.get("ETag", '"none"')}):
            other = client.get(address, headers=sent)
            assert other.status_code in (200, 302)
            assert name.encode() not in body(other)
            assert not other.cookies or address == "/admin/"


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/applications/", 200),
        ("/applications/open/", 405),
        ("/applications/ZZZZZZZZ/", 404),
        ("/invitations/none/", 404),
        ("/workbench/", 403),
        ("/admin/", 302),
    ],
)
def test_refusals_of_what_is_closed_are_kept_by_nobody(
    client, committed, where, status
):
    client.force_login(factories.applicant())

    answers = [client.get(where), Client().get(where)]

    assert [each.status_code for each in answers] == [status, 302]
    for each in answers:
        assert {"private", "no-store"} <= set(each["Cache-Control"].split(", "))


def test_strangers_cannot_fill_the_memory(committed):
    server = Server(lambda request: HttpResponse("x" * 20_000))
    for number in range(500):
        server.get(f"/page/?{number}={'y' * 1000}")
    most = 2**20 // (20_000 + OVERHEAD + 1000)

    assert 0.8 * most < len(server.shelf.answers) <= most
    assert server.shelf.size <= 2**20
    server.asked = 0
    server.get(f"/page/?499={'y' * 1000}")
    assert server.asked == 0


def test_large_answers_are_tagged_and_not_kept(committed):
    server = Server(lambda request: HttpResponse("x" * 200_000))

    tag = server.get()["ETag"]
    assert not server.shelf.answers
    assert server.get(**{"if-none-match": tag}).status_code == 304
    assert server.asked == 1


def test_without_memory_pages_are_tagged_all_the_same(committed):
    server = Server(lambda request: HttpResponse("page"), megabytes=0)

    assert server.get()["ETag"] == server.get()["ETag"]
    assert server.asked == 2
    assert not server.shelf.answers


def test_pages_of_former_revisions_are_given_up(committed):
    server = Server(lambda request: HttpResponse("page"))
    for number in range(5):
        server.get(f"/page/?{number}")
    assert len(server.shelf.answers) == 5
    Level.objects.update(position=3)
    server.get("/page/?0")

    assert len(server.shelf.answers) == 1


def test_without_a_revision_pages_are_answered_and_not_tagged(committed):
    server = Server(lambda request: HttpResponse("page"))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE registry_revision")
    response = server.get()
    assert response.content == b"page"
    assert "ETag" not in response
    Level.objects.update(position=3)

    assert "ETag" in server.get()


def test_page_costs_two_looks_at_the_revision_once_and_one_from_then_on(committed):
    server = Server(lambda request: HttpResponse("page"))
    looks = []
    for headers in ({}, {}, {"if-none-match": server.get("/other/")["ETag"]}):
        before = revision.questions()
        server.get(**headers)
        looks.append(revision.questions() - before)

    assert looks == [2, 1, 1]


def test_what_pages_share_is_computed_once_for_each_state():
    shared, computed = Shared(), count()
    asked = [(None, "a"), (None, "a"), (1, "a"), (1, "a"), (1, "b"), (2, "a"), (1, "a")]
    found = [shared.get(state, key, lambda: next(computed)) for state, key in asked]

    assert found == [0, 1, 2, 2, 3, 4, 5]


def test_directory_shares_its_counts_until_something_changes(client, member):
    def total(path):
        page = client.get(path).content.decode()
        return int(re.search(r"(\d+) organizations?\b", page)[1])

    before = total("/directory/")
    with queries() as first:
        client.get("/directory/?page=2")
    factories.member()
    assert total("/directory/") == before + 1
    with queries() as second:
        client.get("/directory/?page=2")

    assert len(first) == len(second) == 3


def test_shelf_gives_up_what_was_not_asked_for_longest():
    shelf = Shelf(10 * (OVERHEAD + 100))
    for key in range(10):
        shelf.put("now", key, f"answer {key}", 100)
    assert shelf.get("now", 0) == "answer 0"
    shelf.put("now", 10, "answer 10", 100)
    shelf.put("now", 10, "answer 10", 100)

    assert 1 not in shelf
    assert list(shelf.answers) == [2, 3, 4, 5, 6, 7, 8, 9, 0, 10]
    assert shelf.size == shelf.limit
    assert shelf.get("later", 0) is None
    assert shelf.size == len(shelf.answers) == 0
