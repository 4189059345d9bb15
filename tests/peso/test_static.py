"""The static files that are collected."""

import re

import pytest

from tests import collected

# One worker starts the servers that these tests share.
pytestmark = [pytest.mark.siege, pytest.mark.xdist_group("server")]
NAMED = re.compile(r"""\{%\s*static\s+['"]([^'"]+)['"]""")


def named():
    """What our templates ask for."""
    for template in (collected.PROJECT / "templates").rglob("*.html"):
        yield from NAMED.findall(template.read_text())


def test_what_pages_name_is_there_and_little_of_bootstrap_besides():
    folder = collected.static_files()
    names = set(named())

    assert len(names) > 5
    assert [each for each in names if not (folder / each).is_file()] == []
    whole = [each.name for each in folder.rglob("bootstrap*.css")]
    assert sorted(whole)[-1] == "bootstrap-reboot.min.css"
    assert len(whole) == 2
