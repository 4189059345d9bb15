"""What somebody means harm with is kept out: by forms, by imports, by addresses."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from goals.models import Commitment
from members.models import Organization
from tests import factories
from tests.test_hostile import DATA, SCRIPT

pytestmark = pytest.mark.django_db

SCRIPTS = [
    *(SCRIPT, DATA, "JavaScript:alert(1)", "java\tscript:alert(1)", "ftp://x.test"),
    *("https://x.test/\u202egpj.exe", "https://x.test/a\nb", "vbscript:x"),
]


@pytest.mark.parametrize(
    "path",
    [
        *("../peso/settings.py", "%2e%2e/peso/settings.py", "..%2fpeso/settings.py"),
        *("/etc/passwd", "css/../../manage.py", "..\\manage.py", "%00", "css/", ""),
    ],
)
def test_static_files_are_those_of_the_folder(client, path):
    assert client.get(f"/static/{path}").status_code == 404


def by_form(client, address, path):
    facts = {"name": "New", "slug": "new", "website": address}
    page = client.post(reverse("admin:members_organization_add"), facts)
    assert "adminform" in page.context


def by_import_of_the_admin(client, address, path):
    rows = json.dumps([{"slug": "new", "name": "New", "website": address}])
    file = SimpleUploadedFile("rows.json", rows.encode())
    sent = {"import_file": file, "format": "1", "resource": "0"}
    page = client.post(reverse("admin:members_organization_import"), sent)
    assert "website" in str(page.context["result"].invalid_rows[0].error_dict)


def by_import_of_a_file(client, address, path):
    facts = {"short_name": "N", "name": "New", "membership_level": "core"}
    path.write_text(json.dumps({"members": [facts | {"website": address}]}))
    with pytest.raises(CommandError, match="website"):
        call_command("import_members", str(path), on=factories.DAY)


@pytest.mark.parametrize("door", [by_form, by_import_of_the_admin, by_import_of_a_file])
def test_no_address_comes_in_that_is_a_script(client, door, tmp_path):
    client.force_login(factories.officer())

    for address in SCRIPTS:
        door(client, address, tmp_path / "members.yml")

        assert not Organization.objects.exists(), address


@pytest.mark.parametrize("address", [SCRIPT, DATA])
def test_no_evidence_comes_in_that_is_a_script(address):
    organization, by = factories.organization(), factories.officer()
    facts = {"effort": "leads", "by": by, "on": factories.DAY}

    with pytest.raises(ValidationError):
        Commitment.state(
            organization, factories.goal(), evidence=[("Proof", address)], **facts
        )

    assert not Commitment.objects.exists()
