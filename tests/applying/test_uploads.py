"""Files that are not what they say: none is taken for another, opened or shown."""

import io
import tracemalloc
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Application, Document, documents
from tests import factories

ENTER = "/workbench/enter/"
PDF = b"%PDF-1.7\n1 0 obj << /JavaScript (app.alert(1)) >>"
PNG = b"\x89PNG\r\n\x1a\n"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MEGABYTE = 2**20


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980: a test's name stays as it is
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


BOMB = zipped(a=bytes(40 * MEGABYTE))
DOCX = zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.txt", PDF),
        ("letter.png", PDF),
        ("letter.pdf", PNG),
        ("letter.pdf", HTML),
        ("letter.html", HTML),
        ("letter.txt.html", HTML),
        ("letter.htm", b"text"),
        ("letter.svg", SVG),
        ("letter.png", SVG),
        ("letter.js", b"alert(1)"),
        ("letter.xml", b"<?xml version='1.0'?><a/>"),
        ("letter.csv", b"=1+1"),
        ("letter.zip", zipped(a=b"a")),
        ("letter.pdf", BOMB),
        ("letter.txt", BOMB),
        ("letter.docx", DOCX),
        ("letter.pdf", DOCX),
        ("letter.exe", b"MZ\x90\0"),
        ("letter.pdf", b"MZ\x90\0"),
        ("letter.pdf", b"\n%PDF-1.7"),
        ("letter.webp", b"RIFF\0\0\0\0WAVEfmt "),
        ("letter.txt", b"a\0b"),
        ("letter.txt", "a\u202eb".encode()),
        ("letter.txt", "text".encode("utf-16")),
        ("letter.txt", b"\xff\xfe\xfa"),
        ("letter", b"text"),
        (".pdf.", PDF),
        ("letter.pdf ", PDF),
        ("letter.pdf", b""),
        ("letter.pdf", PDF.ljust(10 * MEGABYTE + 1)),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name, content):
    tracemalloc.start()
    with pytest.raises(ValidationError):
        documents.media_type(name, content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 12 * MEGABYTE, "it was unpacked"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("letter.pdf", PDF + HTML, "application/pdf"),
        ("letter.pdf", PDF + BOMB, "application/pdf"),
        ("LETTER.PDF", PDF.ljust(10 * MEGABYTE), "application/pdf"),
        ("scan.gif", b"GIF89a" + HTML, "image/gif"),
        ("scan.jpeg", b"\xff\xd8\xff" + SVG, "image/jpeg"),
        ("scan.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("letter.txt", HTML, "text/plain"),
        ("letter.html.txt", HTML, "text/plain"),
        ("letter.md", "[x](javascript:alert(1)) שלום".encode(), "text/plain"),
        ("letter.eml", b"\xef\xbb\xbfSubject: x\r\n\r\n\tHello", "text/plain"),
    ],
)
def test_what_is_two_things_at_once_is_kept_as_the_harmless_one(name, content, found):
    assert documents.media_type(name, content) == found


@pytest.fixture
def officer(client, db):
    user = factories.officer()
    client.force_login(user)
    return user


def enter(client, name, content=PDF):
    document = SimpleUploadedFile("x", content)
    # Past what SimpleUploadedFile makes of it, as a browser would send it.
    document._name = name
    typed = {"source": "letter", "name": "Typed before", "document": document}
    return client.post(ENTER, typed)


NAMES = {
    "../../etc/letter.pdf": "letter.pdf",
    "..\\..\\windows\\letter.pdf": "letter.pdf",
    "/etc/letter.pdf": "letter.pdf",
    "C:\\letter.pdf": "letter.pdf",
    "let\0ter.pdf": "letter.pdf",
    "let\u202eter.pdf": "letter.pdf",
    "<xss onerror=alert(1)>.pdf": "<xss onerror=alert(1)>.pdf",
    "=1+1.pdf": "=1+1.pdf",
    "מכתב.pdf": "מכתב.pdf",
    "a;b=c.pdf": "a;b=c.pdf",
}


def test_names_of_files_lead_nowhere_and_hide_nothing(client, officer):
    for name, told in NAMES.items():
        assert enter(client, name).status_code == 302, name
        document = Document.objects.latest("pk")
        assert document.name == told
        own = f"/applications/{document.application.public_id}/documents/{document.pk}/"
        for place in (f"/workbench{own}", own):
            answer = client.get(place)
            assert answer.status_code == 200
            assert answer["Content-Disposition"].startswith("attachment; filename")
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Type"] == "application/pdf"
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert answer.content == PDF
    assert Document.objects.count() == len(NAMES)


def test_names_that_are_none_are_refused_and_the_rest_kept(client, officer):
    too_long = ["x" * 300 + ".pdf", "x" * 197 + ".pdf"]
    for name in ["", "..", ".", "/", *too_long, "letter", " "]:
        response = enter(client, name)
        assert response.status_code == 422, name
        assert 'value="Typed before"' in response.text
    assert not Application.objects.exists()


def test_a_bomb_is_refused_and_never_unpacked(client, officer):
    tracemalloc.start()
    response = enter(client, "letter.pdf", BOMB)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert response.status_code == 422
    assert "none of the files that are taken" in response.text
    assert most < 20 * MEGABYTE


def test_a_file_of_ten_megabytes_and_one_byte(client, officer):
    response = enter(client, "letter.pdf", PDF.ljust(10 * MEGABYTE + 1))

    assert response.status_code == 422
    assert "at most 10 are taken" in response.text
    assert 'value="Typed before"' in response.text


def test_a_document_of_somebody_else_is_not_there(client, officer):
    enter(client, "letter.pdf")
    document = Document.objects.get()
    other = factories.application(state="submitted")
    place = f"applications/{other.public_id}/documents/{document.pk}/"

    assert client.get(f"/workbench/{place}").status_code == 404
    client.force_login(other.opened_by)
    assert client.get(f"/{place}").status_code == 404
    place = f"applications/{document.application.public_id}/documents/{document.pk}/"
    assert client.get(f"/{place}").status_code == 404
    assert client.get(f"/workbench/{place}").status_code == 403
