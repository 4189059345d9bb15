"""Rules about the code that reviewers would otherwise have to remember."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver

from tests import factories

ROOT = Path(__file__).resolve().parent.parent
OURS = ["goals", "members", "peso"]
PUBLIC = {
    "api:api-root",
    "api:institutions",
    "api:openapi-json",
    "about",
    "favicon",
    "goals:coverage",
    "goals:coverage_cell",
    "goals:coverage_csv",
    "goals:coverage_json",
    "goals:coverage_members",
    "goals:coverage_members_csv",
    "goals:coverage_members_json",
    "goals:goal",
    "goals:goals",
    "healthz",
    "home",
    "join",
    "members:capability",
    "members:communities",
    "members:community",
    "members:directory",
    "members:directory_csv",
    "members:directory_json",
    "members:institution",
    "members:institution_search",
    "members:organization",
    "members:permalink",
    "readyz",
    "robots",
    "sitemap",
    "sitemaps",
}
# Open to those who are not signed in, as signing in itself must be.
DOORS = {
    "account_closed",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "admin:login",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
    "socialaccount_signup",
}
# From the first to the last: each may import those before it, and itself.
MODEL_ROOMS = [
    [
        "accounts",
        "allowances",
        "events",
        "finding",
        "keeping",
        "periods",
        "policies",
        "problems",
        "sending",
        "standing",
        "text",
    ],
    ["imports", "levels", "mail", "mailbox", "names", "organizations", "people"],
    ["communities", "directory", "institutions", "memberships"],
    ["governance"],
]
MODEL_RANK = {name: rank for rank, room in enumerate(MODEL_ROOMS) for name in room}


def views(patterns=None, namespace="", route="/"):
    for pattern in patterns or get_resolver().url_patterns:
        where = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", where, pattern.callback
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(pattern.url_patterns, inner, where)


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT)


@cache
def nodes(path):
    return [*ast.walk(ast.parse((ROOT / path).read_text()))]


def imports(path):
    """The modules that a file imports, with the names taken from each."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


# Who may see what


def test_only_the_listed_views_are_public():
    public = {n for n, _, view in views() if not getattr(view, "login_required", True)}

    assert public == PUBLIC | DOORS


@pytest.mark.django_db
def test_everything_else_asks_for_a_login(client):
    asked = 0
    for name, route, _ in views():
        if name in PUBLIC | DOORS or "<" in route or "(" in route:
            continue
        response = client.get(route)
        assert response.status_code == 302, route
        assert response["Location"].startswith(("/accounts/login/", "/admin/login/")), (
            route
        )
        asked += 1

    assert asked > 20


# Which way imports run


def test_relative_imports_do_not_hide_where_from():
    assert not [
        str(path)
        for path in sources(*OURS)
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def test_members_does_not_import_goals():
    assert not [
        (str(path), module)
        for path in sources("members")
        for module, _ in imports(path)
        if module.split(".")[0] == "goals"
    ]


def test_apps_import_nothing_of_the_project_but_policy_and_the_admin_site():
    allowed = {"peso.policy", "peso.site"}

    assert not [
        (str(path), module, name)
        for path in sources("goals", "members")
        for module, name in imports(path)
        if module.split(".")[0] == "peso" and not {module, f"{module}.{name}"} & allowed
    ]


def test_models_import_one_way():
    wrong = []
    for path in sources("members/models"):
        rank = MODEL_RANK.get(path.stem, len(MODEL_ROOMS))
        for module, _ in imports(path):
            other = module.removeprefix("members.models.")
            if other != module and MODEL_RANK.get(other, len(MODEL_ROOMS)) > rank:
                wrong.append((path.stem, other))

    assert not wrong


@pytest.mark.parametrize("app", ["goals", "members"])
def test_models_import_no_views_forms_or_admin(app):
    outer = {"views", "forms", "admin", "exports", "urls", "api"}

    assert not [
        (str(path), module)
        for path in sources(app)
        if "models" in path.parts or path.name == "models.py"
        for module, _ in imports(path)
        if module.split(".")[0] in OURS and outer & set(module.split("."))
    ]


def test_pure_modules_know_no_django():
    assert not [
        module
        for module, _ in imports("goals/coverage.py")
        if module.split(".")[0] == "django" or ".models" in module
    ]


# What a GET does


@pytest.fixture
def example(db):
    member = factories.member()
    community = factories.community(slug="fluids")
    factories.community(slug="training", kind="capability")
    factories.service(organization=member, community=community)
    factories.commitment(organization=member, communities=[community])
    institution = factories.institution(ror_id="05gq02987")
    factories.host(organization=member, institution=institution)
    return member


def address(name, route, organization):
    """A route with its parameters filled in."""
    slugs = {
        "goals:goal": "workforce",
        "members:capability": "training",
        "members:community": "fluids",
        "members:organization": organization.slug,
    }
    values = {
        "community": "fluids",
        "goal": "workforce",
        "key": "05gq02987",
        "public_id": organization.public_id,
        "section": "organizations",
        "slug": slugs.get(name),
    }
    query = "?q=fluids" if name == "api:institutions" else ""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], route) + query


def refuse_writes():
    """From here on, until the test ends, PostgreSQL itself refuses any write."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET TRANSACTION READ ONLY")


def test_no_public_view_writes_on_get(client, example):
    routes = {name: route for name, route, _ in views() if name in PUBLIC}
    refuse_writes()
    for name, route in routes.items():
        response = client.get(address(name, route, example))
        if response.streaming:
            b"".join(response)

        moved = name in ("favicon", "members:permalink")
        assert response.status_code in ((301, 302) if moved else (200,)), name
        assert not response.cookies, name
        assert "Cookie" not in response.get("Vary", ""), name

    assert set(routes) == PUBLIC


# Templates and files


COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}", re.S)
# The Content-Security-Policy would stop it, in silence.
STOPPED = [
    r"<script\b(?![^>]*(?:src=|application/ld\+json))[^>]*>",
    r"<style\b",
    r"\sstyle\s*=|\shx-on|javascript:",
    r"<[^>]*\son[a-z]+\s*=",
    r"(?:src|srcset)=[\"'](?:https?:)?//",
]


def test_templates_hold_nothing_inline():
    paths = sorted((ROOT / "templates").rglob("*.*"))
    for path in paths:
        text = COMMENTS.sub("", path.read_text())
        for pattern in STOPPED:
            assert re.findall(pattern, text, re.IGNORECASE) == [], path

    assert len(paths) > 200


def test_stylesheets_and_scripts_ask_no_other_host():
    for path in (ROOT / "static").rglob("*.*"):
        if path.suffix in (".css", ".js"):
            text = path.read_text()
            assert not re.findall(r"@import|url\([\"']?(?:https?:)?//", text), path


def test_nothing_is_left_to_be_done():
    later = re.compile(r"\b(TO[D]O|FIX[M]E)\b")
    for path in sources(*OURS, "tests"):
        assert not later.search((ROOT / path).read_text()), path


def test_no_module_is_named_after_nothing():
    vague = {"utils", "helpers", "manager", "managers", "data", "info", "misc"}

    assert not vague & {path.stem for path in sources(*OURS, "tests")}
