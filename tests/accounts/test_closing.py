"""What an account can take along, and what is left when it is closed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from members import emails
from members.models import (
    Application,
    Event,
    Invitation,
    InvitationHistory,
    Mail,
    Membership,
    Person,
    User,
    forgetting,
)
from tests import factories
from tests.accounts.doors import PASSWORD, is_in, post, sign_in

NAME, EMAIL = "Zabiwon Žukov-Ünlü", "zafugah@example.org"


def make(**facts):
    account = factories.user(first_name=NAME, **facts)
    account.username, account.email = "zaquvel", EMAIL
    account.set_password(PASSWORD)
    account.save()
    account.emailaddress_set.update(email=EMAIL)
    return account


@pytest.fixture
def account(db):
    return make()


@pytest.fixture
def browser(client, account):
    """Signed in, and sure that it is them."""
    sign_in(client, EMAIL)
    post(client, "account_reauthenticate", {"password": PASSWORD})
    return client


def close(client, email=EMAIL):
    return post(client, "account_close", {"email": email})


@pytest.mark.django_db
def test_all_about_an_account_is_in_its_file(browser, account):
    organization = factories.organization(name="Solvers united")
    person = factories.person(name=NAME, email=EMAIL)
    Person.objects.filter(pk=person.pk).update(account=account)
    factories.representative(organization=organization, person=person, role="editor")
    factories.decision(organization=organization, by=account)
    account.socialaccount_set.create(
        provider="orcid", uid="0000-1", extra_data={"name": NAME}
    )
    message = emails.Message("account-notice", "Something", "A text to them.\n")
    Mail.objects.write(message, to=EMAIL.upper())
    secret = emails.Message("account-sign-in-code", "Code", "BCD-FGH\n", True)
    Mail.objects.write(secret, to=EMAIL)

    answer = browser.get(reverse("account_data"))

    assert answer["Content-Disposition"] == 'attachment; filename="account.json"'
    assert answer["Cache-Control"] == "no-store"
    told = json.loads(answer.content)
    assert told["account"]["name"] == NAME
    assert told["addresses"] == [{"email": EMAIL, "verified": True, "primary": True}]
    assert told["sign_in_by_others"][0]["uid"] == "0000-1"
    assert told["sessions"][0]["ip"] == "127.0.0.1"
    assert told["person"]["roles"][0]["organization"] == "Solvers united"
    assert {mail["kind"]: mail["text"] for mail in told["mails"]} == {
        "account-notice": "A text to them.\n",
        "account-sign-in-code": "",
    }
    assert ("decision", "decided by") in {(d["record"], d["as"]) for d in told["did"]}
    text = answer.content.decode()
    assert "BCD-FGH" not in text
    assert account.password not in text


@pytest.mark.django_db
def test_secrets_of_a_second_factor_stay_out_of_the_file(browser, account):
    account.authenticator_set.create(
        type="totp", data={"secret": factories.TOTP_SECRET}
    )

    answer = browser.get(reverse("account_data"))

    assert json.loads(answer.content)["second_factors"][0]["type"] == "totp"
    assert factories.TOTP_SECRET not in answer.content.decode()


@pytest.mark.django_db
def test_nobody_gets_the_file_of_another(client, account):
    other = factories.user()
    client.force_login(other)

    answer = client.get(reverse("account_data"))

    assert EMAIL not in answer.content.decode()


def everything():
    """All text of all tables but history's own context."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM \"{table}\" AS t")
            found[table] = cursor.fetchone()[0] or ""
    return found


@pytest.mark.django_db
def test_nothing_tells_who_a_closed_account_was(browser, account):
    person = factories.person(name="Somebody")
    Person.objects.filter(pk=person.pk).update(account=account)
    account.socialaccount_set.create(
        provider="orcid", uid="0000-1", extra_data={"name": NAME}
    )
    account.groups.add(Group.objects.get(name="viewer"))
    account.authenticator_set.create(type="totp", data={"secret": "x"})
    account.groups.clear()
    LogEntry.objects.create(
        user=factories.officer(),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(account.pk),
        object_repr="zaquvel",
        action_flag=2,
    )
    Mail.objects.filter(to=EMAIL).update(state="discarded", try_after=None)

    answer = close(browser)

    assert answer.url == reverse("account_closed")
    assert not is_in(browser)
    assert browser.get(answer.url).status_code == 200
    left = User.objects.get(pk=account.pk)
    assert left.is_closed
    assert left.username.startswith("former-account-")
    assert (left.first_name, left.email, left.is_active) == ("", "", False)
    assert not left.has_usable_password()
    assert Person.objects.get(pk=person.pk).account is None
    told = Mail.objects.get(kind="account-notice")
    assert told.to == EMAIL
    leaks = {
        table
        for table, text in everything().items()
        for word in ("zaquvel", "zafugah", "Zabiwon")
        if word in text
    }
    # The last mail is on its way to them, and is forgotten with the others.
    assert leaks <= {"members_mail"}


@pytest.mark.django_db
def test_nobody_signs_up_as_a_former_account(client):
    """The admin changes nothing about those: such an account could not be stopped."""
    email = "former-account-1a2b@example.org"
    post(
        client,
        "account_signup",
        {"name": "Ada", "email": email, "password1": PASSWORD},
    )
    account = User.objects.get(email=email)
    told("account-notice", email, by=account)
    client.force_login(factories.officer())

    page = client.get(reverse("admin:members_user_change", args=[account.pk]))

    assert account.username.startswith(User.PSEUDONYM)
    assert not account.is_closed
    assert 'name="is_active"' in page.text
    assert forgetting.forget_former() == 0


@pytest.mark.django_db
def test_what_was_done_stays_as_done_by_a_former_account(client, db):
    officer = make(staff=True, superuser=True)
    factories.officer()
    member = factories.organization()
    Membership.admit(
        member, level=factories.level(), by=officer, on=factories.DAY, reason="Agreed"
    )

    officer.close()

    event = Event.objects.get(organization=member)
    assert event.by == officer
    assert event.by.is_closed
    client.force_login(factories.officer())
    page = client.get(reverse("admin:members_event_change", args=[event.pk]))
    assert officer.username in page.text
    assert NAME not in page.text


@pytest.mark.django_db
def test_other_sessions_end_with_the_account(browser, account, client):
    elsewhere = type(client)()
    sign_in(elsewhere, EMAIL)
    assert elsewhere.get(reverse("account")).status_code == 200

    close(browser)

    assert elsewhere.get(reverse("account")).status_code == 302
    sign_in(elsewhere, EMAIL)
    assert not is_in(elsewhere)


@pytest.mark.django_db
def test_a_slip_closes_nothing(browser, account):
    answer = close(browser, "another@example.org")

    assert answer.status_code == 422
    assert "not the address of this account" in answer.text
    account.refresh_from_db()
    assert account.is_active


@pytest.mark.django_db
def test_the_address_is_free_again(browser, client):
    close(browser)

    answer = post(
        client,
        "account_signup",
        {"name": "Anew", "email": EMAIL, "password1": PASSWORD},
    )

    assert answer.status_code == 302
    assert User.objects.get(email=EMAIL).username != "zaquvel"


@pytest.mark.django_db
@pytest.mark.parametrize("others", [0, 1])
def test_the_last_administrator_stays(client, others):
    last = make(staff=True, superuser=True)
    for _ in range(others):
        factories.user(staff=True).groups.add(Group.objects.get(name="administrator"))
    closed = factories.officer()
    closed.is_active = False
    closed.save()

    if others:
        last.close()
    else:
        with pytest.raises(ValidationError, match="Make somebody else"):
            last.close()

    last.refresh_from_db()
    assert last.is_active != bool(others)


@pytest.mark.django_db
def test_the_page_tells_the_last_administrator_why(client):
    last = make(staff=True, superuser=True)
    client.force_login(last)
    post(client, "account_reauthenticate", {"password": PASSWORD})

    page = client.get(reverse("account_close"))

    assert "Make somebody else an administrator first" in page.text
    assert '<button class="button"' not in page.text
    assert close(client).status_code == 422


@pytest.mark.django_db
def test_the_last_editor_of_an_application_stays(account):
    application = Application.open(by=account)
    with pytest.raises(ValidationError, match="no other editor"):
        account.close()

    application.collaborators.create(user=factories.user(), role="editor")
    account.refresh_from_db()
    account.close()

    assert not application.collaborators.active().filter(user=account).exists()
    left = " ".join(everything().values())
    assert "Zabiwon" not in left
    assert EMAIL not in left


BEFORE = "zaghuni@example.org"


def told(kind, to, **options):
    """A mail that has been sent; or a draft, with `held`."""
    words = emails.Message(kind, "About you", f"To {to}\n")
    mail = Mail.objects.write(words, to=to, **options)
    if not options.get("held"):
        mail.state, mail.try_after, mail.sent_at = "sent", None, timezone.now()
        mail.delivery = "server"
        mail.save()
    return mail


def invited(application, email, **used):
    by = application.opened_by
    invitation, _ = Invitation.objects.issue(
        application=application, email=email, invited_by=by, role="reader"
    )
    Invitation.objects.filter(pk=invitation.pk).update(**used)


@pytest.mark.django_db
def test_the_address_that_was_invited_is_erased_with_the_account(browser, account):
    application = factories.application()
    used = {"used_by": account, "used_at": timezone.now()}
    invited(application, EMAIL.title())
    invited(application, EMAIL, **used)
    invited(application, BEFORE, **used)
    invited(application, "another@example.org")
    assert InvitationHistory.objects.exists()

    close(browser)

    assert Invitation.objects.filter(email="another@example.org").count() == 1
    left = everything()
    for table in ("members_invitation", "members_invitationhistory"):
        assert "zafugah" not in left[table].lower()
        assert "zaghuni" not in left[table]


@pytest.mark.django_db
def test_mails_to_all_addresses_of_an_account_are_forgotten(browser, account):
    application = factories.application()
    account.emailaddress_set.create(email=BEFORE, verified=True)
    told("comment", EMAIL, application=application)
    told("comment", BEFORE.upper(), application=application)
    # Of an address that they had before, which nothing else tells.
    told("account-notice", "zahijot@example.org", by=account)
    told("accepted", EMAIL, application=application, held=True)
    on_its_way = Mail.objects.write(emails.Message("comment", "S", "T\n"), to=EMAIL)
    other = told("comment", "another@example.org", application=application)

    close(browser)
    for mail in Mail.objects.filter(kind="account-notice", state="queued"):
        mail.state, mail.try_after = "failed", None
        mail.trouble = "No."
        mail.save()
    assert forgetting.forget_former() > 0
    assert forgetting.forget_former() == 0

    left = everything()["members_mail"].lower()
    for word in ("zafugah", "zaghuni", "zahijot", "zabiwon"):
        assert word not in left
    on_its_way.refresh_from_db()
    assert on_its_way.state == "discarded"
    other.refresh_from_db()
    assert other.to == "another@example.org"


@pytest.mark.django_db
def test_notices_to_the_owner_leave_although_the_account_is_closed(browser, account):
    """Whoever got hold of an account could keep them from its owner."""
    notice = emails.Message("account-notice", "Changed", "It was changed.\n")
    mail = Mail.objects.write(notice, to=BEFORE, by=account)

    close(browser)

    mail.refresh_from_db()
    assert (mail.state, mail.to) == ("queued", BEFORE)


@pytest.mark.django_db
def test_an_organization_s_representative_stays_invited(browser, account):
    application = factories.application()
    Invitation.objects.issue(
        application=application, email=EMAIL, invited_by=application.opened_by
    )
    draft = told("representative-invitation", EMAIL, held=True)

    close(browser)

    draft.refresh_from_db()
    assert (draft.state, draft.to) == ("draft", EMAIL)
    assert application.invitations.get().email == EMAIL


def test_of_two_last_administrators_at_once_one_stays(committed):
    pair = [factories.officer(), factories.officer()]

    def leave(account):
        try:
            User.objects.get(pk=account.pk).close()
        except ValidationError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, pair)) == [False, True]

    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


@pytest.mark.django_db
def test_a_name_is_changed_by_its_owner(client, account):
    client.force_login(account)

    assert post(client, "account_name", {"name": "Žofie"}).status_code == 302
    wrong = post(client, "account_name", {"name": "turned\u202earound"})

    account.refresh_from_db()
    assert account.get_full_name() == "Žofie"
    assert wrong.status_code == 422
    assert "U+202E" in wrong.text


@pytest.mark.django_db
def test_elsewhere_is_signed_out(browser, client, account):
    elsewhere = type(client)()
    sign_in(elsewhere, EMAIL)
    page = browser.get(reverse("usersessions_list"))
    assert page.text.count("127.0.0.1") == 2

    post(browser, "usersessions_list")

    assert browser.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302


@pytest.mark.django_db
def test_the_database_holds_one_account_for_an_address(account):
    with pytest.raises(IntegrityError, match="user_email_once"):
        User.objects.create_user("other", EMAIL.upper())


@pytest.mark.django_db
def test_the_database_lets_nobody_sign_in_as_the_registry():
    with pytest.raises(IntegrityError, match="user_registry_never_signs_in"):
        User.objects.create_user("Registry", "r@example.org")
