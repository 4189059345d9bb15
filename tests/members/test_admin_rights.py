"""Who opens which page of the admin, and who may send something to it: all of them."""

from collections import defaultdict
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from members.models import Allowance
from peso import policy
from tests import factories
from tests.members.test_admin_pages import addresses, world

pytestmark = pytest.mark.django_db

EVERYBODY = ["anonymous", "account", "staff", *policy.ROLES, "superuser"]
ORDER = [*EVERYBODY, "nobody"]
# Whose pages are rendered: everything is there for the first time for one of them, and
# other than for the superuser, who is shown all pages elsewhere.
SHOWN_TO = {"viewer", "membership officer"}

# By model: who opens which pages, each page at the first of the roles that opens it;
# in brackets the first that may send something to it, where that is another one. Each
# role may what those before it may.
TABLE = """
answer
  membership officer: change (nobody), changelist, history
  nobody: add, delete
app auth
  administrator: page
app goals
  viewer: page
app members
  viewer: page
application
  membership officer: change (nobody), changelist, history
  nobody: add, delete
applicationevent
  membership officer: change (nobody), changelist, history
  nobody: add, delete
approach
  viewer: change (nobody), changelist, history
  nobody: add, delete
auth
  nobody: user_password_change
collaborator
  membership officer: change (nobody), changelist, history
  nobody: add, delete
comment
  membership officer: change (nobody), changelist, history
  nobody: add, delete
commitment
  viewer: change (editor), changelist, export, history
  editor: import
  membership officer: confirm, end
  nobody: add, delete, process_import (editor)
community
  viewer: change (editor), changelist, export, history
  editor: add, delete, import
  nobody: process_import (editor)
decision
  viewer: change (nobody), changelist, history
  membership officer: add
  nobody: delete
document
  membership officer: change (nobody), changelist, history
  nobody: add, delete
event
  viewer: change (nobody), changelist, history
  nobody: add, delete
goal
  viewer: change (nobody), changelist, history
  nobody: add, delete
group
  administrator: change (nobody), changelist, history
  nobody: add, delete
host
  viewer: change (editor), changelist, export, history
  editor: add, delete, import
  nobody: process_import (editor)
import
  viewer: change (nobody), changelist, history
  nobody: add, delete
index
  staff: page
institution
  viewer: change (editor), changelist, export, history
  editor: add, delete, import
  nobody: process_import (editor)
invitation
  membership officer: change (nobody), changelist, history
  nobody: add, delete
level
  viewer: change (administrator), changelist, history
  administrator: add
  nobody: delete
membership
  viewer: change (nobody), changelist, export, history
  membership officer: change-level, correct, end, reinstate
  nobody: add, delete
organization
  viewer: change (editor), changelist, export, history
  editor: add, import
  membership officer: admit, rename, state-commitment, succeeded-by
  nobody: delete, process_import (editor)
person
  viewer: change (editor), changelist, export, history
  editor: add, delete, import
  nobody: process_import (editor)
policyvalue
  viewer: change (nobody), changelist, history
  administrator: add
  nobody: delete
recommendation
  membership officer: change (nobody), changelist, history
  nobody: add, delete
representative
  viewer: change (editor), changelist, export, history
  editor: add, import
  nobody: delete, process_import (editor)
revision
  membership officer: change (nobody), changelist, history
  nobody: add, delete
service
  viewer: change (editor), changelist, export, history
  editor: add, delete, import
  nobody: process_import (editor)
user
  administrator: add, change, changelist, history
  nobody: delete
verdict
  membership officer: change (nobody), changelist, history
  nobody: add, delete
websitecheck
  membership officer: change (nobody), changelist, history
  nobody: add, delete
"""


def noting(user):
    """With all rights that are asked for, and whether they are there, in `asked`."""
    asked, has_perm = {}, user.has_perm

    def note(right, obj=None):
        asked[right] = has_perm(right, obj)
        return asked[right]

    user.asked, user.has_perm = asked, note
    return user


def in_role(role):
    if role == "anonymous":
        return AnonymousUser()
    user = factories.user(staff=role != "account", superuser=role == "superuser")
    if role in policy.ROLES:
        user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture(scope="module")
def rows(kept):
    return kept(pages)


@pytest.fixture
def urls(rows, db):
    return dict(rows)


def pages():
    """The addresses of the admin by model and page, `process_import` too."""
    one = world(1)[1]
    factories.user()  # whose account is opened: nobody above anybody
    found = addresses(one)
    for model, model_admin in admin.site._registry.items():
        if hasattr(model_admin, "import_action"):
            name = f"{model._meta.model_name}_process_import"
            found[name] = reverse(f"admin:{model._meta.app_label}_{name}")
    return {label: url for label, url in found.items() if "?" not in url}


def ask(user, method, url):
    """A view's answer before it is rendered, which would take most of the time."""
    request = getattr(RequestFactory(), method)(url)
    request.user, request.session = user, SessionStore()
    request._dont_enforce_csrf_checks = True
    request._messages = FallbackStorage(request)
    view, args, kwargs = request.resolver_match = resolve(url)
    return view(request, *args, **kwargs)


def may(role, user, method, url):
    """Whether somebody gets further than to a refusal. What was written is undone."""
    try:
        with transaction.atomic():
            response = ask(user, method, url)
            if method == "get" and role in SHOWN_TO and response.status_code == 200:
                show(response)
            transaction.set_rollback(True)
    except (PermissionDenied, Http404):
        return False
    if response.status_code == 302 and "/login/" in response["Location"]:
        return False
    good = (200, 405) if method == "get" else (200, 302, 405)
    assert response.status_code in good, (role, method, url)
    return response.status_code != 405


def show(response):
    if isinstance(response, TemplateResponse):
        response.render()
    assert response.content


def first_who_may(people, method, url):
    answers, seen = [], []
    for role, user in people.items():
        user.asked.clear()
        known = [answer for asked, answer in seen if has_the_same(role, user, asked)]
        if role == "superuser" and method == "get" and True in answers:
            known = [True]  # who is shown all pages elsewhere
        user.asked.clear()
        answers += known[:1] or [may(role, user, method, url)]
        seen.append((dict(user.asked), answers[-1]))
    # A role that may has the others after it.
    assert answers == sorted(answers), (method, url)
    return [*people, "nobody"][answers.index(True) if True in answers else -1]


def has_the_same(role, user, asked):
    """Whether a page that asked for these rights has its answer for this role, too.

    Of a superuser it may ask for more than rights, of strangers it asks for none.
    """
    same = all(user.has_perm(right) == has for right, has in asked.items())
    return bool(asked) and same and role != "superuser"


def found_table(urls):
    people = {role: noting(in_role(role)) for role in EVERYBODY}
    table = defaultdict(lambda: defaultdict(list))
    for label, url in sorted(urls.items()):
        model, _, page = label.partition("_")
        opens = first_who_may(people, "get", url)
        sends = first_who_may(people, "post", url)
        text = page or "page"
        table[model][opens].append(text if opens == sends else f"{text} ({sends})")
    return table


def test_each_page_is_for_those_of_the_table(urls):
    lines = []
    for model, found in found_table(urls).items():
        lines += [model]
        lines += [f"  {who}: {', '.join(found[who])}" for who in ORDER if found[who]]

    assert lines == TABLE.strip().splitlines()


def test_every_form_of_the_admin_asks_for_its_token(urls):
    """Before it asks who sends it: whom it does not know it would lead to the login."""
    client = Client(enforce_csrf_checks=True)
    urls |= {"logout": reverse("admin:logout")}

    statuses = {label: client.post(url).status_code for label, url in urls.items()}

    assert statuses == dict.fromkeys(urls, 403)


@pytest.mark.usefixtures("urls")
def test_where_a_login_leads_to_is_a_page_of_this_site(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = in_role("viewer")
    user.set_password("vWx82-nmQ")
    user.save()
    elsewhere = [
        *("https://evil.test/", "//evil.test/", "///evil.test/", "\\\\evil.test"),
        *("http:evil.test", "javascript:alert(1)", "https:/evil.test", " //evil.test"),
        *("/\t/evil.test", "//evil.test\r\nX-Evil: 1", "https://testserver@evil.test"),
    ]
    user.authenticator_set.all().delete()
    for address in elsewhere:
        Allowance.objects.all().delete()
        typed = {"login": user.email, "password": "vWx82-nmQ", "next": address}
        url = f"{reverse('account_login')}?{urlencode({'next': address})}"

        response = client.post(url, typed)
        client.logout()

        assert response.status_code == 302, address
        assert response["Location"] == "/accounts/", address
        assert "X-Evil" not in response
