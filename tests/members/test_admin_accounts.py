"""Who may give rights: nobody gets more out of the admin than was given to them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from members.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def in_role(role):
    user = factories.user(staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def page(user):
    return reverse("admin:members_user_change", args=[user.pk])


def typed(user, **others):
    return {
        "username": user.username,
        "first_name": "",
        "last_name": "",
        "email": "",
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": "2024-01-01",
        "date_joined_1": "00:00:00",
        **others,
    }


@pytest.mark.parametrize("role", ["viewer", "editor", "membership officer"])
def test_accounts_are_closed_to_other_roles(client, role):
    client.force_login(in_role(role))
    somebody = factories.user()

    assert client.get(reverse("admin:members_user_changelist")).status_code == 403
    assert client.get(page(somebody)).status_code == 403
    assert client.post(page(somebody), typed(somebody)).status_code == 403


def test_an_administrator_gives_a_role_and_nothing_more(client):
    administrator = in_role("administrator")
    client.force_login(administrator)
    group = Group.objects.get(name="editor")
    everything = list(Permission.objects.values_list("pk", flat=True))
    sent = typed(
        administrator,
        is_superuser="on",
        user_permissions=everything,
        groups=[group.pk],
    )

    assert client.post(page(administrator), sent).status_code == 302

    administrator.refresh_from_db()
    assert list(administrator.groups.all()) == [group]
    assert not administrator.is_superuser
    assert not administrator.user_permissions.exists()


def test_an_administrator_cannot_touch_a_superuser(client):
    client.force_login(in_role("administrator"))
    above = factories.officer()
    above.set_password("as it was")
    above.save()
    password = reverse("admin:auth_user_password_change", args=[above.pk])

    assert client.post(page(above), typed(above, is_staff="")).status_code == 403
    sent = {
        "password1": "vWx82-nmQzz4",
        "password2": "vWx82-nmQzz4",
        "usable_password": "true",
    }
    assert client.post(password, sent).status_code == 403

    above.refresh_from_db()
    assert above.is_staff
    assert above.check_password("as it was")


def test_nobody_sets_the_password_of_somebody_else(client):
    """It would let them in as an applicant, who need not have a second factor."""
    client.force_login(in_role("administrator"))
    ada = factories.applicant()
    path = reverse("admin:auth_user_password_change", args=[ada.pk])
    sent = {
        "password1": "vWx82-nmQzz4",
        "password2": "vWx82-nmQzz4",
        "usable_password": "true",
    }

    assert client.post(path, sent).status_code == 403
    shown = client.get(page(ada))

    ada.refresh_from_db()
    assert not ada.check_password("vWx82-nmQzz4")
    assert shown.status_code == 200
    assert "/password/" not in shown.text


def test_nobody_signs_in_as_the_registry(client):
    client.force_login(factories.officer())
    registry = User.objects.registry()

    assert client.post(page(registry), typed(registry)).status_code == 403

    registry.refresh_from_db()
    assert not registry.is_active


def test_nobody_takes_the_name_of_the_registry(client):
    """It may do everything, and is made only when a command first needs it."""
    client.force_login(in_role("administrator"))
    somebody = factories.user()
    sent = {
        "username": "registry",
        "password1": "vWx82-nmQzz4",
        "password2": "vWx82-nmQzz4",
        "usable_password": "true",
    }

    made = client.post(reverse("admin:members_user_add"), sent)
    renamed = client.post(page(somebody), typed(somebody, username="registry"))

    for response in (made, renamed):
        assert response.status_code == 200
        assert "nobody signs in with it" in response.text
    assert not User.objects.filter(username="registry").exists()


def test_an_administrator_makes_an_account(client):
    client.force_login(in_role("administrator"))
    sent = {
        "username": "new",
        "email": "new@example.org",
        "password1": "vWx82-nmQzz4",
        "password2": "vWx82-nmQzz4",
        "usable_password": "true",
    }

    client.post(reverse("admin:members_user_add"), sent)

    made = User.objects.get(username="new")
    assert (made.is_superuser, made.is_staff) == (False, False)
    assert made.check_password("vWx82-nmQzz4")


@pytest.mark.parametrize("deed", ["change", "delete"])
def test_nobody_changes_or_deletes_a_role(client, deed):
    client.force_login(factories.officer())
    group = Group.objects.get(name="viewer")
    url = reverse(f"admin:auth_group_{deed}", args=[group.pk])

    assert client.post(url, {"name": "else", "post": "yes"}).status_code == 403
    assert Group.objects.filter(name="viewer").exists()
