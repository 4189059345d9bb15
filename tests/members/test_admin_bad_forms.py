"""Every form of the admin, sent empty, huge, with NUL, and with odd characters."""

from functools import cache
from html.parser import HTMLParser
from itertools import cycle

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from members.models import Organization
from tests import factories
from tests.members.test_admin_pages import CLOSED, expected_status
from tests.members.test_admin_rights import pages

pytestmark = [pytest.mark.siege, pytest.mark.django_db]

TYPED = {"text", "email", "url", "number", "search"}
HUGE = "marked" + "x" * 100_000
ODD = "marked\u202e \\ud800 \ufffe" + "word " * 10_000
NUL = "a\0b"


class Forms(HTMLParser):
    """The fields of a page that are sent by POST: {name: (type, value)}."""

    def __init__(self):
        super().__init__()
        self.fields, self.is_sent, self.open = {}, False, ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "form":
            self.is_sent = attrs.get("method", "").lower() == "post"
        elif not self.is_sent:
            return
        elif tag == "input" and name:
            kind = attrs.get("type", "text")
            if attrs.get("class") == "hidden":  # for password managers
                kind = "hidden"
            self.fields[name] = (kind, attrs.get("value") or "")
        elif tag in ("textarea", "select") and name:
            self.open = name
            self.fields[name] = ("text" if tag == "textarea" else "select", "")
        elif tag == "option" and "selected" in attrs:
            self.fields[self.open] = ("select", attrs.get("value") or "")

    def handle_data(self, data):
        if self.open and self.fields[self.open][0] == "text":
            self.fields[self.open] = ("text", data.removeprefix("\n"))

    def handle_endtag(self, tag):
        if tag in ("textarea", "select"):
            self.open = ""


def form_of(client, url):
    """The fields of a form, with one row more in each of its tables."""
    parser = Forms()
    parser.feed(client.get(url).text)
    fields = {}
    parser.fields.pop("csrfmiddlewaretoken", None)
    for name, (kind, value) in parser.fields.items():
        table = name.partition("-__prefix__")[0]
        if table != name:
            total = f"{table.removeprefix('initial-')}-TOTAL_FORMS"
            row = parser.fields[total][1]
            fields[name.replace("__prefix__", row)] = (kind, value)
        elif name.endswith("-TOTAL_FORMS"):
            fields[name] = ("hidden", str(int(value) + 1))
        else:
            fields[name] = (kind, value)
    return fields


def nothing(fields):
    return {}


def too_much(fields):
    """What is huge and what is odd in turns, in every field that people type into."""
    sent, texts = {}, cycle([HUGE, ODD])
    for name, (kind, value) in fields.items():
        if kind == "file":
            content = next(texts).encode() + b"\0\xff"
            sent[name] = SimpleUploadedFile("a.csv", content)
        else:
            sent[name] = next(texts) if kind in TYPED else value
    return sent


def nul(fields):
    """In every field, but for the numbers of rows: with those nothing else is read."""
    return {
        name: value if "_FORMS" in name else NUL for name, (_, value) in fields.items()
    }


def nul_in_numbers(fields):
    return dict.fromkeys([name for name in fields if "_FORMS" in name], NUL)


def number_of_rows():
    """Of all tables, history too: what is only changed leaves a row there."""
    with connection.cursor() as cursor:
        cursor.execute(counting())
        return dict(cursor.fetchall())


@cache
def counting():
    tables = set(connection.introspection.table_names()) - {"django_session"}
    return " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table}" for table in sorted(tables)
    )


def given_back(fields, response):
    """Whether an answer shows all that was typed, a file and passwords apart."""
    typed = sum(kind in TYPED for kind, _ in fields.values())
    return response.text.count("marked") >= typed


def bad_forms(fields):
    """What is sent in place of a form: nothing is all that a page without one gets."""
    yield nothing(fields), "nothing"
    if fields:
        yield too_much(fields), "too much"
        yield nul(fields), "NUL"
    if any("_FORMS" in name for name in fields):
        yield nul_in_numbers(fields), "NUL in numbers"


def is_typed_in(label):
    """To confirm a deletion takes a click; a page for nobody is sent nothing."""
    is_click = label.endswith(("_history", "_delete"))
    return not is_click and expected_status(label) != CLOSED


def test_no_form_breaks_or_writes_or_loses_what_was_typed(client):
    client.force_login(factories.officer())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    urls = {each: url for each, url in pages().items() if is_typed_in(each)}
    forms = {label: form_of(client, url) for label, url in urls.items()}
    before, sent, written, lost = number_of_rows(), 0, [], []
    for label, fields in forms.items():
        with transaction.atomic():
            for typed, bad in bad_forms(fields):
                response = client.post(urls[label], typed)
                client.cookies[settings.SESSION_COOKIE_NAME] = session
                sent += 1
                assert response.status_code in (200, 302, 403), (label, bad)
                if bad == "too much" and response.status_code == 200:
                    lost += [] if given_back(fields, response) else [label]
            written += [] if number_of_rows() == before else [label]
            transaction.set_rollback(True)

    assert "_auth_user_id" in client.session
    assert written == []
    assert lost == []
    assert sent > 200


def test_a_login_with_anything_is_refused(client):
    for text in ("", HUGE, ODD, NUL):
        typed = {"login": text, "password": text, "next": text}

        response = client.post(reverse("account_login"), typed)

        assert response.status_code == 200
        assert "_auth_user_id" not in client.session
        assert "marked" in response.text or "marked" not in text


@pytest.mark.parametrize("text", ["", HUGE, ODD, NUL, "/etc/passwd", "../../x", "-1"])
def test_a_confirmation_of_no_import_is_refused(client, text):
    """Whoever confirms names the file that waits: it must be one that does."""
    client.force_login(factories.officer())
    url = reverse("admin:members_organization_process_import")
    names = ("import_file_name", "original_file_name", "format", "resource")
    whole = dict.fromkeys(names, text)
    of_a_file = {"import_file_name": text, "original_file_name": "a.csv", "format": "0"}

    for typed in (whole, of_a_file):
        assert client.post(url, typed, follow=True).status_code == 200

    assert not Organization.objects.exists()
