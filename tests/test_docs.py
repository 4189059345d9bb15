"""Documentation says what there is: all of it, and nothing else."""

import itertools
import re
import runpy
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.test_conventions import PUBLIC, views
from tests.test_models import registry_models

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    path.relative_to(ROOT)
    for path in [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
]
# Read beside settings.py, and documented with it.
ALSO_SETTINGS = {"PESO_DATA_DIR"}


def text(name):
    return (ROOT / name).read_text()


def everything():
    return "\n".join(text(page) for page in PAGES)


def rows(page):
    """The cells of each row of a page's tables."""
    for line in text(page).splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


@pytest.fixture
def defaults(monkeypatch, tmp_path):
    monkeypatch.setattr("os.environ", {"PESO_DATA_DIR": str(tmp_path)})
    return runpy.run_path(str(ROOT / "peso" / "settings.py"))["env"].defaults


def test_every_setting_is_documented_and_none_besides(defaults):
    documented = [cells[0].strip("|` ") for cells in rows("docs/settings.md")]

    assert len(documented) == len(set(documented))
    assert set(documented) == set(defaults) | ALSO_SETTINGS


def test_documented_defaults_are_those_of_the_settings(defaults):
    """Those in code type; the others are told in words."""
    literal = {
        cells[0].strip("|` "): cells[1].strip("`")
        for cells in rows("docs/settings.md")
        if re.fullmatch("`[^`]*`", cells[1])
    }

    assert len(literal) >= 9
    assert literal == {name: str(defaults[name]) for name in literal}


def test_no_variable_is_read_that_is_not_documented():
    told = {cells[0].strip("|` ") for cells in rows("docs/settings.md")}
    known = told | {"DJANGO_SETTINGS_MODULE", "PATH"}
    found = set()
    for folder in ("goals", "members", "peso"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(
                re.findall(r"os\.(?:environ|getenv)\W+(?:\w+\()?\"(\w+)\"", text(path))
            )

    assert found <= known


def test_compose_passes_on_every_setting_that_is_not_its_own(defaults):
    passed = re.findall(r"^    ([A-Z_]+): ", text("compose.yaml"), re.M)
    # The image sets the one; the other shows the settings to strangers.
    own = {"BIND", "DEBUG"}

    assert sorted(passed) == sorted(set(defaults) - own)


def test_every_public_address_is_documented_and_none_besides():
    public = {
        re.sub(r"<\w+:", "<", route) for name, route, _ in views() if name in PUBLIC
    }
    documented = [
        cells[0].strip("|` ")
        for cells in rows("docs/addresses.md")
        if cells[0].startswith(("| `/", "`/"))
    ]

    assert len(documented) == len(set(documented))
    assert set(documented) == public


def test_every_command_is_documented():
    ours = {name for name, app in get_commands().items() if app in ("goals", "members")}

    assert len(ours) >= 3
    for name in ours:
        assert f"manage.py {name}" in everything()
    told = set(re.findall(r"manage\.py (\w+)", everything()))
    assert told <= set(get_commands())


def test_documented_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.M))
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", everything(), re.M))

    assert {"run", "test", "admin"} <= told
    assert told <= targets


def test_documented_verbs_of_the_server_exist():
    told = set(re.findall(r"-m peso\.postgres (\w+)", everything()))

    assert told
    assert told <= {"start", "stop", "status", "psql", "env"}


def relations():
    """Each foreign key of the registry, as the drawing writes it."""
    for model in registry_models():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                left = "|o" if field.null else "||"
                right = "o|" if field.unique else "o{"
                related = field.related_model.__name__
                yield f"{related} {left}--{right} {model.__name__} : {field.name}"


def test_data_model_is_drawn_as_it_is():
    drawings = re.findall(
        r"```mermaid\nerDiagram\n(.*?)```", text("docs/architecture.md"), re.S
    )
    lines = [line.strip() for drawing in drawings for line in drawing.splitlines()]
    drawn = sorted(line for line in lines if " : " in line)

    assert drawn == sorted(relations())
    names = set(re.findall(r"\b[A-Z]\w+", "\n".join(lines)))
    assert names >= {
        model.__name__
        for model in registry_models()
        if model._meta.app_label in ("goals", "members")
    }
    assert names <= {model.__name__ for model in apps.get_models()}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    for label, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", text(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / page).parent / path if path else ROOT / page
        assert found.exists(), f"{label}: {target}"
        if anchor:
            assert anchor in anchors(found), target


def anchors(path):
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.M)
    return {
        re.sub(r"[^\w\- ]", "", line).lower().replace(" ", "-") for line in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_pages_have_one_title(page):
    body = re.sub(r"```.*?```", "", text(page), flags=re.S)

    assert len(re.findall(r"^# ", body, re.M)) == 1


def test_every_decision_is_listed():
    listed = set(
        re.findall(r"\(decisions/([\w-]+\.md)\)", text("docs/architecture.md"))
    )

    assert listed == {path.name for path in (ROOT / "docs" / "decisions").iterdir()}


def test_version_is_the_one_of_the_changelog():
    version = re.search(r'^version = "(.*)"$', text("pyproject.toml"), re.M)[1]

    assert re.search(r"^## (\S+)", text("CHANGELOG.md"), re.M)[1] == version


def test_every_dependency_has_its_reason():
    body = text("pyproject.toml").split("dependencies = [")[1].split("\n]")[0]
    lines = [line.strip() for line in body.splitlines() if line.strip()]

    assert lines[0].startswith("#")
    for before, line in itertools.pairwise(lines):
        # Two packages may share the reason above them.
        assert line.startswith("#") or before.startswith(("#", '"')), line


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_by_hash_and_holds_no_address(lock):
    packages = re.split(r"^(?=\w)", text(lock), flags=re.M)[1:]

    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[\w.-]+==\S+ ", package), package
        assert "--hash=sha256:" in package, package
    assert "://" not in text(lock)
