"""Applications that came by letter or e-mail, and their documents."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Application, Document
from tests.workbench.scenes import desk, officer, scene

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nDear consortium"
PATH = "/workbench/enter/"


def sent(*, content=PDF, file="letter.pdf", **changed):
    document = SimpleUploadedFile(file, content)
    return {"source": "letter", "name": "Writers e.V.", "document": document} | changed


@pytest.fixture
def clerk(client):
    user = officer()
    client.force_login(user)
    return user


def test_letter_opens_an_application_that_officers_fill_in(client, clerk):
    response = client.post(PATH, sent(), follow=True)

    application = Application.objects.get()
    assert (application.source, application.title) == ("letter", "Writers e.V.")
    assert application.part_of(clerk) == "clerk"
    document = application.documents.get()
    assert (document.media_type, bytes(document.content)) == ("application/pdf", PDF)
    page = response.content.decode()
    assert application.get_absolute_url() in page
    assert f"documents/{document.pk}/" in page


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("letter.pdf", b"MZ\x90\x00 a program", "none of the files that are taken"),
        ("letter.png", PDF, "does not fit what is in the file"),
        ("letter.pdf", b"PK\x03\x04 a zip", "none of the files that are taken"),
        ("letter.html", b"<script>alert(1)</script>", "does not fit"),
        ("letter.pdf", b"", "empty"),
        ("letter.pdf", PDF + b"x" * (10 * 1024 * 1024), "10.0 MB"),
    ],
)
def test_file_that_is_not_taken_is_told_and_the_rest_kept(
    client, clerk, file, content, told
):
    response = client.post(PATH, sent(file=file, content=content, source="email"))

    page = response.content.decode()
    assert response.status_code == 422
    assert told in page
    assert 'value="Writers e.V."' in page
    assert re.search(r'value="email"[^>]*checked', page)
    assert not Application.objects.exists()


def test_form_without_a_file_keeps_what_was_typed(client, clerk):
    response = client.post(PATH, {"source": "letter", "name": "Writers e.V."})

    assert response.status_code == 422
    assert 'value="Writers e.V."' in response.content.decode()


def test_name_that_cannot_be_kept_loses_no_letter(client, clerk):
    response = client.post(PATH, sent(name="Turned\u202eround"), follow=True)

    assert "The name was not kept" in response.content.decode()
    application = Application.objects.get()
    assert application.documents.exists()
    assert "name" not in application.draft


def test_document_is_a_file_to_keep(client, clerk):
    client.post(PATH, sent(file="Überblick „1“.pdf"))
    application, document = Application.objects.get(), Document.objects.get()

    response = client.get(f"{desk(application)}documents/{document.pk}/")

    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "%C3%9Cberblick" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_marks_that_hide_are_taken_out_of_a_files_name(client, clerk):
    client.post(PATH, sent(file="letter\u202efdp.txt", content=b"Hello"))

    assert Document.objects.get().name == "letterfdp.txt"


def test_document_of_another_application_is_not_found(client, clerk):
    client.post(PATH, sent())
    document = Document.objects.get()
    found = scene()
    client.force_login(found.officer)

    path = f"{desk(found.application)}documents/{document.pk}/"

    assert client.get(path).status_code == 404


def test_another_document_is_attached_later(client, clerk):
    client.post(PATH, sent())
    application = Application.objects.get()
    more = {"document": SimpleUploadedFile("more.txt", b"More")}

    client.post(desk(application, "attach"), more)

    names = application.documents.values_list("name", flat=True)
    assert list(names) == ["letter.pdf", "more.txt"]
