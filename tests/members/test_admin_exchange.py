"""Import with preview, and export, of each kind of record."""

import json
import os
import tempfile

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.admin.exchange import FORMATS, MAX_BYTES
from members.models import Community, Institution, Organization, Person, Service
from tests import factories

pytestmark = pytest.mark.django_db
CSV, JSON, YAML = range(len(FORMATS))


@pytest.fixture(autouse=True)
def officer(client):
    user = factories.officer()
    client.force_login(user)
    return user


def preview(client, model, text, format=CSV):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("rows.csv", content)
    url = reverse(f"admin:{model}_import")
    return client.post(url, {"import_file": file, "format": format, "resource": "0"})


def confirm(client, model, page):
    sent = page.context["confirm_form"].initial
    return client.post(reverse(f"admin:{model}_process_import"), sent, follow=True)


def export(client, model, format=JSON):
    url = reverse(f"admin:{model}_export")
    return client.post(url, {"format": format, "resource": "0"}).text


def errors(page):
    assert page.status_code == 200
    assert "confirm_form" not in page.context
    result = page.context.get("result")
    if result is None:
        return str(page.context["form"].errors)
    lines = [str(error.error) for error in result.base_errors]
    lines += [str(e.error) for _, several in result.row_errors() for e in several]
    lines += [str(row.error_dict) for row in result.invalid_rows]
    return " ".join(lines)


def test_a_preview_writes_nothing_and_its_confirmation_does(client, officer):
    model = "members_community"
    page = preview(client, model, "slug,kind,name\nclimate,community,Climate\n")
    assert not Community.objects.exists()

    done = confirm(client, model, page)

    made = Community.objects.get()
    assert (made.slug, made.name) == ("climate", "Climate")
    assert "1 new" in done.text
    assert made.history.get().pgh_context.metadata["user"] == officer.pk


def test_a_preview_shows_the_difference_in_markup_that_browsers_are_let_show(client):
    there = factories.community(name="Before <b>")
    rows = f"slug,kind,name\n{there.slug},community,After\nnew,community,<i>New\n"

    page = preview(client, "members_community", rows)

    assert "<del>Before &lt;b&gt;</del> <ins>After</ins>" in page.text
    assert "<ins>&lt;i&gt;New</ins>" in page.text
    assert "style=" not in page.text


def test_a_second_confirmation_says_that_it_was_done(client):
    model = "members_community"
    page = preview(client, model, "slug,kind,name\nclimate,community,Climate\n")
    confirm(client, model, page)

    again = confirm(client, model, page)

    assert "imported already" in again.text
    assert Community.objects.count() == 1


def test_a_file_that_waited_for_a_day_is_gone(client, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = "slug,kind,name\nclimate,community,Climate\n"
    preview(client, "members_community", rows)
    (waiting,) = tmp_path.iterdir()
    os.utime(waiting, (0, 0))

    preview(client, "members_community", rows)

    assert len(list(tmp_path.iterdir())) == 1
    assert not waiting.exists()


def test_no_file_of_others_is_read(client, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "other.csv").write_text("slug,kind,name\na,community,A\n")
    sent = {"import_file_name": "other.csv", "original_file_name": "x", "format": CSV}

    url = reverse("admin:members_community_process_import")
    done = client.post(url, {**sent, "resource": "0"}, follow=True)

    assert "waited too long" in done.text
    assert not Community.objects.exists()


def test_a_registry_that_changed_since_the_preview(client):
    model = "members_community"
    rows = "slug,kind,name\nsea,community,Sea\nclimate,community,Climate\n"
    page = preview(client, model, rows)
    factories.community(name="CLIMATE")

    done = confirm(client, model, page)

    assert "nothing was imported" in done.text
    assert Community.objects.count() == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("slug,kind,name\na,else,A\n", "valid choice"),
        ("slug,kind,name\na,community,A\nb,community,Á\n", "with this name already"),
        ("slug,kind,name\na,community,\n", "cannot be blank"),
        ("slug,kind,name\na b,community,A\n", "valid “slug”"),
        ("slug,kind,name\na,community,B\0B\n", "invisible character"),
        ("slug,kind,name\na,community," + "x" * 500 + "\n", "at most 200"),
        ("kind,name\ncommunity,A\n", "known by the column “slug”, which is missing"),
        ("", "file is empty"),
        ("\xff\xfe".encode("latin-1") + b"a,b\n", "Line 1 is not UTF-8"),
        ("slug,kind,name\na,community,Ä\n".encode("latin-1"), "Line 2 is not UTF-8"),
    ],
)
def test_rows_that_are_wrong_are_named_and_nothing_is_written(client, rows, message):
    page = preview(client, "members_community", rows)

    assert message in errors(page)
    assert "Traceback" not in page.text
    assert not Community.objects.exists()


@pytest.mark.parametrize(
    ("format", "text"),
    [(JSON, "{"), (JSON, "[1]"), (YAML, "a: [b"), (YAML, "- 1"), (CSV, "\0")],
)
def test_a_broken_file_is_refused(client, format, text):
    assert errors(preview(client, "members_community", text, format))


def test_a_file_that_is_too_big_is_refused(client):
    page = preview(client, "members_community", b"x" * (MAX_BYTES + 1))

    assert "Please split it" in errors(page)


def test_a_new_organization_gets_what_it_lacks(client):
    model = "members_organization"
    confirm(client, model, preview(client, model, "public_id,name\n,Grüne Wolke\n"))

    made = Organization.objects.get()
    assert (made.slug, len(made.public_id)) == ("grune-wolke", 8)


def test_an_organization_is_not_renamed_by_an_import(client):
    there = factories.organization(name="Before", slug="there")
    rows = f"public_id,name,focus\n{there.public_id},After,New\n"

    page = preview(client, "members_organization", rows)

    assert "“Rename” it instead. It is “Before”." in errors(page)
    there.refresh_from_db()
    assert (there.name, there.focus) == ("Before", "")


def test_services_refer_to_others_by_their_keys(client):
    served, community = factories.organization(), factories.community(slug="sea")
    model = "members_service"
    rows = "organization,community,how,started_on,ended_on\n"
    row = f"{served.public_id},sea,Runs models,2024-01-01,\n"

    assert "There is no organization “NOBODY”" in errors(
        preview(client, model, rows + "NOBODY,sea,,2024-01-01,\n")
    )
    assert "There is no community or capability “x”" in errors(
        preview(client, model, rows + row.replace(",sea", ",x"))
    )
    assert "The end is before the start" in errors(
        preview(client, model, rows + row.replace("01,\n", "01,2023-01-01\n"))
    )
    confirm(client, model, preview(client, model, rows + row))

    made = Service.objects.get()
    assert (made.organization, made.community) == (served, community)
    assert "serves this one in that time" in errors(
        preview(client, model, rows + row.replace("2024-01", "2024-02"))
    )


def test_no_person_is_made_with_a_key_of_ones_own(client):
    page = preview(client, "members_person", "id,name\n99,Eve\n")

    assert "There is no person “99”" in errors(page)
    assert not Person.objects.exists()


@pytest.mark.parametrize("format", [CSV, JSON, YAML])
def test_an_export_comes_back_unchanged(client, format):
    factories.member(name="=SUM(A1)", focus="-1+1", description="@x\n=y", slug="a")
    factories.member(name="'=quoted", focus="Ümlaut, “quotes”", slug="b")
    model = "members_organization"

    text = export(client, model, format)
    page = preview(client, model, text, format)

    kinds = [row.import_type for row in page.context["result"].rows]
    assert kinds == ["skip", "skip"]


def test_an_export_of_an_address_that_means_nothing_leads_to_the_list(client):
    url = reverse("admin:members_community_export")

    response = client.post(f"{url}?unknown=1", {"format": CSV, "resource": "0"})

    assert response.status_code == 302
    assert response.url == reverse("admin:members_community_changelist") + "?e=1"


def test_formulas_are_defused_for_spreadsheets_alone(client):
    # The last one is as wide as two letters, and a formula in some spreadsheets.
    names = {"=1+1", "+A1", "-A1", "@x", "\uff1d1+1"}
    for text in names:
        factories.institution(name=text, latitude=-12.5, longitude=0)

    csv, rows = (
        export(client, "members_institution", format) for format in (CSV, JSON)
    )

    written = {line.split(",")[1] for line in csv.splitlines()[1:]}
    assert written == {f"'{name}" for name in names}
    assert ",-12.5," in csv
    assert {row["name"] for row in json.loads(rows)} == names


def test_personal_data_is_exported_where_it_is_public(client):
    """One of each visibility, so that something could leak."""
    one = factories.organization()
    for visibility in ("public", "members", "staff"):
        person = factories.person(
            name=f"Named {visibility}",
            email=f"{visibility}@example.org",
            email_visibility=visibility,
        )
        factories.representative(organization=one, person=person, visibility=visibility)
    shy = factories.person(name="Shy", email="shy@example.org")
    factories.representative(organization=one, person=shy, visibility="public")

    people = yaml.safe_load(export(client, "members_person", YAML))
    roles = json.loads(export(client, "members_representative"))

    assert {(row["name"], row["email"]) for row in people} == {
        ("Named public", "public@example.org"),
        ("Shy", ""),
    }
    assert {row["person_name"] for row in roles} == {"Named public", "Shy"}


def test_an_address_that_was_not_exported_is_not_taken_away(client):
    shy = factories.person(name="Shy", email="shy@example.org")
    rows = f"id,name,affiliation,email,email_visibility\n{shy.pk},Shy,Jena,,staff\n"
    model = "members_person"

    confirm(client, model, preview(client, model, rows))

    shy.refresh_from_db()
    assert (shy.affiliation, shy.email) == ("Jena", "shy@example.org")


def test_an_institution_without_ror_id_is_known_by_its_name(client):
    there = factories.institution(name="Somewhere")
    model = "members_institution"
    rows = "ror_id,name,city\n,Somewhere,Bonn\n05gq02988,Other,\n"
    assert "checksum that fits" in errors(preview(client, model, rows))

    rows = "ror_id,name,city\n,Somewhere,Bonn\n05gq02987,Other,\n"
    confirm(client, model, preview(client, model, rows))

    there.refresh_from_db()
    assert there.city == "Bonn"
    assert Institution.objects.count() == 2


RIGHTS = ["view_community", "add_community", "change_community"]


@pytest.mark.parametrize(
    ("rights", "imports", "exports"),
    [
        ([*RIGHTS, "add_import"], 200, 200),
        (RIGHTS, 403, 200),
        (["view_community", "add_import"], 403, 200),
        (["view_organization"], 403, 403),
        (None, 302, 302),
    ],
)
def test_who_may_import_and_export(client, rights, imports, exports):
    client.logout()
    if rights is not None:
        client.force_login(factories.user(staff=True, permissions=rights))
    names = [f"admin:members_community_{page}" for page in ("import", "export")]

    assert [client.get(reverse(name)).status_code for name in names] == [
        imports,
        exports,
    ]
    process = reverse("admin:members_community_process_import")
    if imports != 200:
        assert client.post(process, {}).status_code == imports
    assert client.get(process).status_code == (405 if rights is not None else 302)


@pytest.mark.parametrize("model", ["members_membership", "members_decision"])
def test_what_verbs_write_is_not_imported(client, model):
    assert client.get(f"/admin/{model.replace('_', '/')}/import/").status_code in {
        302,  # “import” is taken for a key that is not there
        404,
    }
