"""How often a door may be tried; nobody gets more by writing headers or letters."""

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from members.accounts import doors
from members.accounts.addresses import address_of, network_of
from members.models import Allowance, User
from tests import factories
from tests.accounts.doors import PASSWORD, is_in, post, sign_in, sign_up, totp

OF_ACCOUNT = doors.PASSWORD.of_account.times
OF_ADDRESS = doors.PASSWORD.of_address.times


@pytest.fixture
def ada(db):
    account = factories.user()
    account.set_password(PASSWORD)
    account.save()
    return account


def refused(answer):
    return answer.status_code == 429


@pytest.mark.django_db
def test_an_account_is_tried_so_often_and_no_more(client, ada):
    answers = [sign_in(client, ada.email, "wrong") for _ in range(OF_ACCOUNT + 1)]

    assert [refused(each) for each in answers] == [False] * OF_ACCOUNT + [True]
    assert 0 < int(answers[-1]["Retry-After"]) <= doors.PASSWORD.of_account.seconds
    assert answers[-1]["Cache-Control"] == "no-store"
    assert "<h1>Too many tries</h1>" in answers[-1].text
    assert refused(sign_in(client, ada.email))
    assert not is_in(client)


@pytest.mark.django_db
def test_an_account_that_is_not_there_is_counted_alike(client):
    answers = [sign_in(client, "no@x.test", "wrong") for _ in range(OF_ACCOUNT + 1)]

    assert [refused(each) for each in answers] == [False] * OF_ACCOUNT + [True]


@pytest.mark.django_db
def test_letters_and_spaces_make_no_other_account(client):
    spellings = [
        *("ada@x.test", "ADA@x.test", " ada@x.test ", "ada @x.test", "ada@X.TEST"),
        *(
            "\tada@x.test",
            "ａｄａ@x.test",
            "a\u200bda@x.test",
            "ada@x.test\n",
            "Ada@x.Test",
        ),
    ]
    assert len({doors.as_one(each) for each in spellings}) == 1
    for number in range(OF_ACCOUNT):
        assert not refused(sign_in(client, spellings[number % 10], "wrong"))

    assert all(refused(sign_in(client, each, "wrong")) for each in spellings)


@pytest.mark.django_db
def test_an_address_tries_so_many_accounts_and_no_more(client):
    answers = [
        sign_in(client, f"user{n}@x.test", "wrong") for n in range(OF_ADDRESS + 1)
    ]

    assert [refused(each) for each in answers] == [False] * OF_ADDRESS + [True]
    elsewhere = sign_in(client, "other@x.test", "wrong", REMOTE_ADDR="203.0.113.9")
    assert not refused(elsewhere)


@pytest.mark.django_db
def test_a_forged_header_makes_no_other_address(client):
    for number in range(OF_ADDRESS):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        assert not refused(sign_in(client, f"u{number}@x.test", "no", headers=headers))

    headers = {"X-Forwarded-For": "192.0.2.1"}
    assert refused(sign_in(client, "last@x.test", "no", headers=headers))


@pytest.mark.django_db
def test_behind_a_proxy_only_what_it_appended_counts(client, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(OF_ADDRESS):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.7"}
        assert not refused(sign_in(client, f"u{number}@x.test", "no", headers=headers))

    same = {"X-Forwarded-For": "203.0.113.5,192.0.2.7"}
    other = {"X-Forwarded-For": "192.0.2.7, 192.0.2.8"}
    assert refused(sign_in(client, "last@x.test", "no", headers=same))
    assert not refused(sign_in(client, "last@x.test", "no", headers=other))


@pytest.mark.parametrize(
    ("trusted", "forwarded", "found"),
    [
        (0, "198.51.100.1", "10.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, "6.6.6.6,", "0.0.0.0"),
        (1, "nonsense", "0.0.0.0"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_address_of_a_request(settings, trusted, forwarded, found):
    settings.TRUSTED_PROXIES = trusted
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")

    assert address_of(request) == found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "0.0.0.0"),
    ],
)
def test_a_network_of_ipv6_counts_as_one(address, network):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network


@pytest.mark.django_db
def test_codes_of_a_second_step_are_counted_for_the_account(client, ada):
    ada.authenticator_set.create(type="totp", data={"secret": factories.TOTP_SECRET})
    limit = doors.CODE.of_account.times
    for number in range(limit + 1):
        browser = type(client)()  # another browser makes no other account
        network = {"REMOTE_ADDR": f"203.0.113.{number}"}
        Allowance.objects.filter(key=hidden(f"password account {ada.email}")).delete()
        sign_in(browser, ada.email, **network)
        answer = post(browser, "mfa_authenticate", {"code": "000000"}, **network)

    assert refused(answer)
    right = post(browser, "mfa_authenticate", {"code": totp()}, **network)
    assert refused(right)
    assert not is_in(browser)


def hidden(key):
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_request_login_code", "account_reset_password"]
)
@pytest.mark.parametrize("is_known", [True, False])
def test_no_mailbox_is_filled(client, ada, name, is_known):
    email = ada.email if is_known else "nobody@x.test"
    limit = doors.DOORS[name].of_account.times

    answers = [post(client, name, {"email": email}) for _ in range(limit + 1)]

    assert [refused(each) for each in answers] == [False] * limit + [True]


@pytest.mark.django_db
def test_sign_ups_of_one_address_are_counted(client):
    limit = doors.SIGN_UP.of_address.times

    for number in range(limit):
        data = {"email": f"u{number}@x.test"}  # even those that are refused
        assert not refused(post(client, "account_signup", data))

    assert refused(sign_up(client, "last@x.test"))
    assert not User.objects.filter(email="last@x.test").exists()


@pytest.mark.django_db
def test_probes_and_reading_count_nothing(client):
    for path in ("/healthz", "/readyz", "/", "/directory/", reverse("account_login")):
        client.get(path)
        client.head(path)

    assert not Allowance.objects.exists()


@pytest.mark.django_db
def test_the_table_holds_no_address(client):
    sign_in(client, "ada@x.test", "wrong")

    keys = list(Allowance.objects.values_list("key", flat=True))
    assert len(keys) == 3
    assert all(len(key) == 64 for key in keys)


@pytest.mark.django_db
def test_what_was_spent_comes_back(client):
    for _ in range(4):
        wait = Allowance.objects.spend("door", times=3, seconds=60)
    assert 0 < wait <= 60

    past = timezone.now() - dt.timedelta(seconds=1)
    Allowance.objects.update(renewed_at=past)

    assert Allowance.objects.spend("door", times=3, seconds=60) == 0
    assert Allowance.objects.get().spent == 1


def test_those_at_once_are_all_counted(committed):
    def spend(_):
        try:
            return Allowance.objects.spend("door", times=20, seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(spend, range(50)))

    assert sum(wait == 0 for wait in waits) == 20
