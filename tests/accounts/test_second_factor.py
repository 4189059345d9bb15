"""Rights take a second factor: before it, nothing that takes a right is open."""

import pytest
from django.contrib.auth.context_processors import PermWrapper
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.urls import reverse
from django.utils.html import escape

from members.models import Level, Membership, User
from peso import policy
from tests import factories
from tests.accounts.doors import PASSWORD, post, sign_in, totp

pytestmark = pytest.mark.django_db


def in_group(**facts):
    account = factories.user(second_factor=False, **facts)
    account.groups.add(Group.objects.get(name="administrator"))
    return account


PRIVILEGED = {
    "staff": lambda: factories.user(staff=True, second_factor=False),
    "superuser": lambda: factories.user(
        staff=True, superuser=True, second_factor=False
    ),
    "superuser without staff": lambda: factories.user(
        superuser=True, second_factor=False
    ),
    "group": in_group,
    "staff in a group": lambda: in_group(staff=True),
    "own right": lambda: factories.user(
        permissions=["admit_membership"], second_factor=False
    ),
}


@pytest.fixture(params=PRIVILEGED)
def privileged(request, db):
    return PRIVILEGED[request.param]()


def fresh(user):
    """As a request finds it."""
    return User.objects.with_rights().get(pk=user.pk)


def add_factor(user, kind="totp"):
    user.authenticator_set.create(type=kind, data={"secret": factories.TOTP_SECRET})


def test_no_right_holds_before(privileged):
    for user in (fresh(privileged), User.objects.get(pk=privileged.pk)):
        assert user.owes_second_factor
        assert user.get_all_permissions() == set()
        assert user.get_group_permissions() == set()
        assert user.get_user_permissions() == set()
        assert not user.has_module_perms("members")
        for permission in Permission.objects.select_related("content_type"):
            name = f"{permission.content_type.app_label}.{permission.codename}"
            assert not user.has_perm(name)
            assert not user.has_perms([name])


def test_policy_says_why(privileged):
    answers = {policy.may(fresh(privileged), action) for action in policy.ACTIONS}

    assert {answer.reason for answer in answers if not answer} == {
        "Set up a second step of signing in first."
    }


def test_templates_see_no_right_either(privileged):
    shown = Template("{{ perms.members.admit_membership }}{{ perms.members }}")

    context = Context({"perms": PermWrapper(fresh(privileged))})
    assert shown.render(context).startswith("False")


def test_a_verb_refuses(privileged):
    organization = factories.organization()

    with pytest.raises(Exception, match="second step"):
        Membership.admit(
            organization,
            level=Level.objects.first(),
            by=fresh(privileged),
            on=factories.DAY,
            reason="",
        )

    assert not organization.memberships.exists()


CLOSED = [
    "admin:index",
    "admin:members_organization_changelist",
    "admin:members_user_changelist",
    "admin:members_user_add",
    "admin:members_organization_export",
    "admin:logout",
]


def test_privileged_pages_lead_to_setting_it_up(client, privileged):
    client.force_login(privileged)

    for name in CLOSED:
        for answer in (client.get(reverse(name)), client.post(reverse(name))):
            assert answer.status_code == 302, name
            assert answer.url == reverse("mfa_index"), name


def test_its_page_says_why(client, privileged):
    client.force_login(privileged)

    page = client.get(reverse("mfa_index"))

    assert "which wait for this" in page.text


def test_what_is_open_to_everybody_stays_open(client, privileged):
    client.force_login(privileged)

    for name in ("home", "members:directory", "account", "mfa_index"):
        assert client.get(reverse(name)).status_code == 200, name


def test_recovery_codes_are_no_second_factor(privileged):
    add_factor(privileged, "recovery_codes")

    assert fresh(privileged).owes_second_factor


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_rights_hold_with_it(privileged, kind):
    add_factor(privileged, kind)

    user = fresh(privileged)
    assert not user.owes_second_factor
    rights = user.get_all_permissions()
    assert user.is_superuser == (len(rights) == Permission.objects.count())


def test_who_has_no_right_owes_nothing(client):
    account = factories.user()
    client.force_login(account)

    assert not fresh(account).owes_second_factor
    assert client.get(reverse("account")).status_code == 200


def test_whoever_is_signed_in_is_asked_for_in_one_query(
    client, django_assert_num_queries
):
    client.force_login(factories.officer())

    with django_assert_num_queries(2):  # the session, and the account
        assert client.get(reverse("account_logout")).status_code == 200


def test_the_registry_itself_goes_on(db):
    registry = User.objects.registry()

    assert policy.may(registry, "membership.admit")
    registry.is_active = True
    assert not registry.is_registry


def test_a_superuser_of_the_command_line_sets_it_up_at_first(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser",
        username="admin",
        email="Admin@example.org",
        interactive=False,
        verbosity=0,
    )

    answer = sign_in(client, "admin@example.org")
    assert answer.url == reverse("account")
    assert client.get(reverse("admin:index")).url == reverse("mfa_index")
    post(client, "account_reauthenticate", {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    post(client, "mfa_activate_totp", {"code": totp(secret)})

    assert client.get(reverse("admin:index")).status_code == 200


GO_ON = "Go on to the page that you asked for"


def set_up(client):
    """The page that setting up an app leads to."""
    post(client, "account_reauthenticate", {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    return client.post(
        reverse("mfa_activate_totp"), {"code": totp(secret)}, follow=True
    )


def test_setting_it_up_leads_back_to_the_page_that_was_asked_for(client):
    officer = in_group(staff=True)
    officer.set_password(PASSWORD)
    officer.save()
    asked = f"{reverse('admin:members_organization_changelist')}?q=a&o=1"
    sign_in(client, officer.email)
    assert client.get(asked).url == reverse("mfa_index")
    client.post(reverse("admin:logout"))
    client.get(reverse("admin:index"), headers={"HX-Request": "true"})
    assert GO_ON not in client.get(reverse("mfa_index")).text

    codes = set_up(client)

    assert codes.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
    link = f'href="{escape(asked)}">{GO_ON}'
    for page in (codes, client.get(reverse("mfa_index"))):
        assert link in page.text
    assert client.get(asked).status_code == 200
    for name in ("mfa_view_recovery_codes", "mfa_index"):
        assert GO_ON not in client.get(reverse(name)).text


def test_a_lost_second_factor_is_taken_out_by_a_command(client, capsys):
    officer = factories.officer()
    officer.set_password(PASSWORD)
    officer.save()
    sign_in(client, officer.email)
    post(client, "mfa_authenticate", {"code": totp()})
    assert client.get(reverse("admin:index")).status_code == 200

    call_command("remove_second_factor", officer.email.upper())

    assert "1 taken out" in capsys.readouterr().out
    assert client.get(reverse("admin:index")).status_code == 302
    assert fresh(officer).owes_second_factor
    with pytest.raises(CommandError, match="No account has"):
        call_command("remove_second_factor", "nobody@example.org")


def test_the_admins_own_login_leads_to_the_one_door(client):
    assert client.get("/admin/login/?next=/admin/members/").url == (
        f"{reverse('account_login')}?next=/admin/members/"
    )
    client.force_login(factories.officer())
    assert client.get("/admin/login/").url == reverse("admin:index")
    assert client.get("/admin/password_change/").url == reverse(
        "account_change_password"
    )


def test_what_opens_accounts_is_not_in_the_admin(client):
    client.force_login(factories.officer())

    index = client.get(reverse("admin:index"))

    for path in ("/admin/mfa/", "/admin/account/", "/admin/socialaccount/"):
        assert path not in index.text
        assert client.get(path).status_code == 404


def test_an_administrator_cannot_put_another_address_on_an_account(client):
    client.force_login(factories.officer())
    somebody = factories.user()
    url = reverse("admin:members_user_change", args=[somebody.pk])
    sent = {
        "username": somebody.username,
        "email": "mine@example.org",
        "is_active": "on",
        "date_joined_0": "2024-01-01",
        "date_joined_1": "00:00:00",
    }

    assert client.post(url, sent).status_code == 302

    somebody.refresh_from_db()
    assert somebody.email != "mine@example.org"
