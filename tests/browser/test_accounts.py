"""The account pages in a browser, and the ways through them."""

import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.accounts.doors import totp
from tests.browser.conftest import PASSWORD, environment, set_up_app, type_password
from tests.browser.test_pages import RULES, WIDTHS, WINDOWS

# As long as an address may be, and a name from right to left.
EMAIL = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example.org"
NAME = "ليلى بنت عبد الرحمن الخوارزمي-Ångström"
OPEN = {
    "sign-in": "/accounts/login/?next=/accounts/",
    "sign-up": "/accounts/signup/",
    "code": "/accounts/login/code/",
    "reset": "/accounts/password/reset/",
    "reset-sent": "/accounts/password/reset/done/",
    "reset-stale": "/accounts/password/reset/key/1-abc-def/",
    "reset-over": "/accounts/password/reset/key/done/",
    "closed": "/accounts/closed/",
    "inactive": "/accounts/inactive/",
    "cancelled": "/accounts/others/login/cancelled/",
    "provider-error": "/accounts/others/login/error/",
}
OWN = {
    "account": "/accounts/",
    "address": "/accounts/email/",
    "password": "/accounts/password/change/",
    "second-step": "/accounts/2fa/",
    "app-removal": "/accounts/2fa/totp/deactivate/",
    "recovery": "/accounts/2fa/recovery-codes/",
    "recovery-new": "/accounts/2fa/recovery-codes/generate/",
    "key-new": "/accounts/2fa/webauthn/add/",
    "keys": "/accounts/2fa/webauthn/",
    "others": "/accounts/others/",
    "sessions": "/accounts/sessions/",
    "close": "/accounts/close/",
    "sign-out": "/accounts/logout/",
    "again": "/accounts/reauthenticate/",
    "again-app": "/accounts/2fa/reauthenticate/",
    "again-key": "/accounts/2fa/webauthn/reauthenticate/",
}
MAKE = """
from members.models import User
user = User.objects.create_user({name!r}, {email!r}, {password!r}, first_name={full!r})
user.emailaddress_set.create(email={email!r}, verified=True, primary=True)
"""
LAST_MAIL = """
from members.models import Mail
print(Mail.objects.filter(to={email!r}).order_by("-pk").first().text)
"""


def on_server(folder, code):
    """What Python says on the server's side."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        env=environment(folder),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def mailed_code(folder, email):
    text = on_server(folder, LAST_MAIL.format(email=email))
    return re.search(r"^([0-9A-Z-]{6,})$", text, re.M)[1]


def make_person(folder, name, email, full=NAME):
    facts = {"name": name, "email": email, "full": full, "password": PASSWORD}
    on_server(folder, MAKE.format(**facts))


@pytest.fixture(scope="package")
def own_state(browser, site, folder):
    """A person who has signed in, with an app, and shown again that it is them."""
    make_person(folder, "person", EMAIL)
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/accounts/login/")
    type_password(page, EMAIL)
    page.wait_for_url("**/accounts/")
    page.goto("/accounts/2fa/")
    set_up_app(page)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(params=[*OPEN, *OWN])
def page(request, open_page, own_state):
    name = request.param
    if name in OPEN:
        return open_page(OPEN[name])
    return open_page(OWN[name], state=own_state)


def wrong_at(page):
    """What is wrong with a page, in each window."""
    wrong = [each for each in page.complaints if "status of 4" not in each]
    wrong += page.strangers
    for window, (width, height, scheme) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options={"runOnly": RULES})
        wrong += [
            (window, v["id"], [node["html"][:200] for node in v["nodes"]][:3])
            for v in results.response["violations"]
        ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wrong.append((width, "too wide", needed))
    return wrong


def test_page_of_an_account_is_sound(page):
    assert page.locator("h1").count() == 1
    assert wrong_at(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_up_works(open_page, folder, javascript):
    email = f"new-{javascript}@example.org".lower()
    page = open_page("/accounts/signup/", javascript=javascript)
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Type the code")
    if javascript:
        assert wrong_at(page) == []
    page.get_by_label("Code").fill(mailed_code(folder, email))
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.locator(".who")).to_contain_text(NAME)
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/accounts/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.complaints == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_mailed_code_and_the_app_sign_in(open_page, folder, javascript):
    email = f"coded-{javascript}@example.org".lower()
    make_person(folder, f"coded-{javascript}", email)
    page = open_page("/accounts/login/", javascript=javascript)
    page.get_by_role("link", name="Send me a code").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(mailed_code(folder, email))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/accounts/")
    page.goto("/accounts/2fa/")
    secret = set_up_app(page)
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    page.goto("/accounts/login/")
    type_password(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
    if javascript:
        assert wrong_at(page) == []
    page.wait_for_timeout(1000)
    page.get_by_label("Code").fill(totp(secret))
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    assert page.complaints == []


@pytest.fixture
def with_passkeys(browser, site):
    """A window at a name, since no passkey is for a number, and a device for it."""
    context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.complaints, page.strangers = [], []
    page.on("console", lambda m: m.type == "error" and page.complaints.append(m.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def add_key(page, *, passwordless):
    page.goto("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Key of tests")
    if passwordless:
        page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")


def test_a_passkey_signs_in_by_itself(with_passkeys, folder):
    page = with_passkeys
    make_person(folder, "keyed", "keyed@example.org")
    page.goto("/accounts/login/")
    type_password(page, "keyed@example.org")
    page.wait_for_url("**/accounts/")
    add_key(page, passwordless=True)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("Key of tests")
    assert wrong_at(page) == []
    for link in ("Name it", "Remove it"):
        page.goto("/accounts/2fa/webauthn/")
        page.get_by_role("link", name=link).click()
        assert wrong_at(page) == []
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.locator(".who")).to_contain_text(NAME)
    assert page.complaints == []


def test_a_security_key_is_a_second_step(with_passkeys, folder):
    page = with_passkeys
    make_person(folder, "secured", "secured@example.org")
    page.goto("/accounts/login/")
    type_password(page, "secured@example.org")
    page.wait_for_url("**/accounts/")
    add_key(page, passwordless=False)
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    page.goto("/accounts/login/")
    type_password(page, "secured@example.org")
    page.get_by_role("button", name="Use a passkey or security key").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    assert page.complaints == []


def test_without_a_passkey_the_page_says_so(open_page, site):
    page = open_page("/accounts/login/")
    page.goto(f"{site.replace('127.0.0.1', 'localhost')}/accounts/login/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")  # with no device at all
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": False,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("did not work")


def test_public_pages_look_the_same_to_whoever_is_signed_in(open_page, own_state):
    signed_in = open_page("/", state=own_state).content()

    assert signed_in == open_page("/").content()


def test_an_account_is_closed_without_javascript(open_page, folder):
    make_person(folder, "leaving", "leaving@example.org")
    page = open_page("/accounts/login/", javascript=False)
    type_password(page, "leaving@example.org")
    page.get_by_role("link", name="Close this account").click()
    if "reauthenticate" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Your e-mail address").fill("leaving@example.org")
    page.get_by_role("button", name="Close it for good").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is closed")


def test_too_many_tries_are_answered_by_a_sound_page(open_page):
    page = open_page("/accounts/login/")
    heading = page.get_by_role("heading", level=1)
    for _ in range(11):
        page.goto("/accounts/login/")
        type_password(page, "nobody@example.org")
        page.wait_for_load_state()
        if heading.inner_text() == "Too many tries":
            break

    expect(heading).to_have_text("Too many tries")
    assert wrong_at(page) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_way_to_a_new_password_is_easy_to_hit(open_page, width):
    page = open_page("/accounts/login/", width=width)

    box = page.get_by_role("link", name="Forgot your password?").bounding_box()

    assert box["height"] >= 24


# A browser scrolls, and a skip link comes down, some frames after the key.
FOCUSED = """async () => {
  const e = document.activeElement;
  const isSeen = () => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    // Of a long text, a browser shows the line that is written.
    const shown = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return ringed && box.width > 0 && shown > Math.min(box.height, 40) - 1;
  };
  for (const end = Date.now() + 3000; Date.now() < end && !isSeen();) {
    await new Promise((later) => setTimeout(later, 20));
  }
  return [e.innerText.trim() || e.name, isSeen()];
}"""


def walk(page, until, most=80):
    """What Tab comes to, in its order, and what of it is not seen to have the focus."""
    passed, unseen = [], []
    for _ in range(most):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUSED)
        passed.append(name)
        if not is_seen:
            unseen.append(name)
        if name == until:
            break
    return passed, unseen


def test_signing_up_goes_by_the_keyboard_alone(open_page, folder):
    page = open_page("/accounts/login/?next=/applications/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    passed, unseen = walk(page, until="Use a passkey")

    assert passed == [
        "Sign up",
        "login",
        "password",
        "Forgot your password?",
        "Sign in",
        "Send me a code by mail",
        "Use a passkey",
    ]
    assert unseen == []
    page.get_by_role("link", name="Sign up").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/signup/**")
    page.get_by_label("Your name").focus()
    email = "keyboard@example.org"
    for typed in (NAME, email, PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Type the code")
    page.get_by_label("Code").focus()
    page.keyboard.type(mailed_code(folder, email))
    page.keyboard.press("Enter")
    page.wait_for_url("**/applications/")
