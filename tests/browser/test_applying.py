"""Writing an application in a browser: sound in each window, and never lost."""

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import environment
from tests.browser.test_accounts import walk
from tests.browser.test_pages import RULES, WIDTHS, WINDOWS

# Run on the server's database: two colleagues with applications in several states.
SCENE = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from members.models import Application, Invitation
from tests import factories

def somebody(name):
    user = factories.applicant()
    user.first_name = name
    user.save()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return user, session.session_key

ada, as_ada = somebody("Ada Lovelace")
ben, as_ben = somebody("Ben Bitdiddle")
_, as_newcomer = somebody("New Comer")
def application(name, **more):
    given = factories.answers(name=name, short_name="", **more.pop("given", {}))
    return factories.application(by=ada, given=given, **more)

empty = Application.open(by=ada)
together = application("Cobalt Reactor Studies")
invitation, token = Invitation.objects.issue(
    application=together, email="c@example.org", role="editor", invited_by=ada)
_, other_token = Invitation.objects.issue(
    application=together, email="e@example.org", role="reader", invited_by=ada)
together.invite(by=ada, email="d@example.org", role="reader")
together.collaborators.create(user=ben, role="editor")
alike = application("Alder Computing Group", given={"description": "We grow."})
factories.member(name="Alder Computing Group")
changes = application("Ginkgo Weather Alliance", state="changes_requested")
changes.save_answers({"focus": "Weather for all"}, by=ada)
changes.submit(by=ada)
changes.attach(by=ada, name="letter.txt", content=b"Dear all")
declined = application("Numeric Whales", state="declined")
print(json.dumps({
    "ada": as_ada, "ben": as_ben, "newcomer": as_newcomer, "token": token,
    "other_token": other_token,
    "empty": empty.public_id, "together": together.public_id,
    "alike": alike.public_id, "waiting": changes.public_id,
    "declined": declined.public_id,
}))
"""
ONE = "/applications/"
PAGES = {
    "mine": (ONE, "ada"),
    "none": (ONE, "newcomer"),
    **{
        f"step-{step}": (ONE + "{together}/" + step + "/", "ada")
        for step in ("organization", "services", "commitments", "people", "level")
    },
    "step-empty": (ONE + "{empty}/organization/", "ada"),
    "preview": (ONE + "{alike}/preview/", "ada"),
    "preview-empty": (ONE + "{empty}/preview/", "ada"),
    "colleagues": (ONE + "{together}/colleagues/", "ada"),
    "waiting": (ONE + "{waiting}/", "ada"),
    "read": (ONE + "{waiting}/commitments/", "ada"),
    "revision": (ONE + "{waiting}/revisions/2/", "ada"),
    "withdraw": (ONE + "{waiting}/withdraw/", "ada"),
    "declined": (ONE + "{declined}/", "ada"),
    "invitation": ("/invitations/{token}/", "newcomer"),
}


@pytest.fixture(scope="package")
def scene(site, folder):
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", SCENE],
        env=environment(folder),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(made.stdout.strip().splitlines()[-1])


@pytest.fixture
def open_as(open_page, site, scene):
    def open_as(who, path, **window):
        cookie = {"name": "session", "value": scene[who], "url": site}
        page = open_page("/healthz", **window)
        page.context.add_cookies([cookie])
        page.goto(path.format(**scene))
        return page

    return open_as


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_as, name):
    path, who = PAGES[name]
    page = open_as(who, path)
    violations = []
    for window, (width, height, scheme) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options={"runOnly": RULES})
        violations += [
            (window, v["id"], [node["html"][:200] for node in v["nodes"]])
            for v in results.response["violations"]
        ]

    assert violations == []
    assert page.locator("h1").count() == 1
    assert page.complaints == []
    assert page.strangers == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_its_window(open_as, name):
    path, who = PAGES[name]
    page = open_as(who, path)
    too_wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            too_wide.append((width, needed))

    assert too_wide == []


STEP = ONE + "{together}/organization/"


def leave(page, key, text):
    """Type into a field, and go to the next one."""
    field = page.locator(f"#id_{key}")
    field.fill(text)
    field.blur()


def said(page, key):
    return page.locator(f"#said-{key}")


def held(open_as, key):
    return open_as("ada", STEP).locator(f"#id_{key}").input_value()


def test_an_answer_is_saved_as_its_field_is_left_and_as_it_is_typed(open_as):
    page = open_as("ada", STEP)

    leave(page, "focus", "Left")
    expect(said(page, "focus")).to_contain_text("Saved")
    assert held(open_as, "focus") == "Left"
    version = page.locator("#seen-focus").input_value()
    page.locator("#id_focus").fill("Left and typed")
    expect(page.locator("#seen-focus")).not_to_have_value(version)

    assert held(open_as, "focus") == "Left and typed"


@pytest.mark.parametrize(("button", "left"), [("Keep mine", "Ben"), ("theirs", "Ada")])
def test_two_colleagues_on_one_step_lose_nothing(open_as, button, left):
    ada, ben = open_as("ada", STEP), open_as("ben", STEP)

    leave(ada, "description", f"By Ada, {button}")
    expect(said(ada, "description")).to_contain_text("Saved")
    leave(ben, "description", f"By Ben, {button}")
    told = said(ben, "description")
    expect(told).to_contain_text("Ada Lovelace changed this")
    expect(told).to_contain_text(f"By Ada, {button}")
    assert ben.locator("#id_description").input_value() == f"By Ben, {button}"
    told.get_by_role("button", name=button).click()

    expect(said(ben, "description")).to_contain_text("Saved")
    said_last = f"By {left}, {button}"
    expect(ben.locator("#id_description")).to_have_value(said_last)
    assert held(open_as, "description") == said_last


def test_a_session_that_ended_keeps_the_text_until_somebody_signs_in(
    open_as, site, scene
):
    page = open_as("ada", STEP)
    page.context.clear_cookies(name="session")

    leave(page, "website", "https://out.example.org")
    expect(said(page, "website")).to_contain_text("you were signed out")
    assert page.locator("#id_website").input_value() == "https://out.example.org"
    cookie = {"name": "session", "value": scene["ada"], "url": site}
    page.context.add_cookies([cookie])
    page.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(said(page, "website")).to_contain_text("Saved")
    assert held(open_as, "website") == "https://out.example.org"


def test_a_server_that_does_not_answer_is_asked_again(open_as):
    page = open_as("ada", STEP)
    page.context.set_offline(True)

    leave(page, "website", "https://back.example.org")
    expect(said(page, "website")).to_contain_text("does not answer")
    page.context.set_offline(False)

    expect(said(page, "website")).to_contain_text("Saved")
    assert held(open_as, "website") == "https://back.example.org"


def test_whoever_leaves_in_the_middle_of_a_field_finds_it_as_it_was(open_as):
    page = open_as("ada", STEP)

    page.locator("#id_short_name").fill("Half")
    page.get_by_role("link", name="Preview and submit").click()
    page.wait_for_url("**/preview/")
    page.go_back()

    expect(page.locator("#id_short_name")).to_have_value("Half")


@pytest.mark.parametrize(
    ("role", "name", "leads_to"),
    [("link", "Preview and submit", "/preview/"), ("button", "Save and go on", "")],
)
def test_what_is_pressed_while_an_answer_is_saved_is_done(
    open_as, role, name, leads_to
):
    page = open_as("ada", STEP)

    page.locator("#id_short_name").fill(f"Halfway {role}")
    place = page.get_by_role(role, name=name)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    expect(said(page, "short_name")).to_contain_text("Saved")
    page.mouse.up()

    page.wait_for_url(
        lambda url: url.endswith(leads_to) and "/organization/" not in url
    )


def test_the_back_button_shows_what_is_kept_now(open_as):
    page = open_as("ada", STEP)
    page.goto(ONE)
    other = open_as("ben", STEP)
    leave(other, "short_name", "Newer")
    expect(said(other, "short_name")).to_contain_text("Saved")

    page.go_back()

    expect(page.locator("#id_short_name")).to_have_value("Newer")


def test_boxes_and_what_stands_beside_them_are_saved_apart(open_as):
    page = open_as("ada", ONE + "{together}/services/")
    box = page.locator("input[name=communities]:not(:checked)").first
    number = box.get_attribute("value")

    box.check()
    expect(said(page, "communities")).to_contain_text("Saved")
    leave(page, f"how-{number}", "With care")
    expect(said(page, f"how-{number}")).to_contain_text("Saved")
    page.reload()

    expect(page.locator(f"input[name=communities][value='{number}']")).to_be_checked()
    expect(page.locator(f"#id_how-{number}")).to_have_value("With care")


def test_an_invitation_is_accepted_from_its_own_page(open_as):
    page = open_as("newcomer", "/invitations/{other_token}/")

    page.get_by_role("button", name="Take part").click()

    expect(page.locator("h1")).to_have_text("Cobalt Reactor Studies")
    expect(page.locator("main")).to_contain_text("You read along")


def test_all_of_it_works_without_javascript(open_as):
    page = open_as("ada", ONE + "{empty}/organization/", javascript=False)

    page.locator("#id_name").fill("Plain Institute")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/services/")
    page.locator("input[name=communities]").first.check()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/commitments/")

    expect(page.locator("h1")).to_have_text("Plain Institute")
    expect(page.locator("#progress")).to_contain_text("1 of 5 steps")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["step-organization", "colleagues", "waiting"])
def test_the_keyboard_comes_to_everything_in_sight_and_out_again(open_as, name, scheme):
    path, who = PAGES[name]
    page = open_as(who, path, scheme=scheme)

    passed, unseen = walk(page, until="How to join", most=150)
    # The same words are in the header; the last of the page are in its footer.
    more, unseen_later = walk(page, until="How to join", most=150)

    assert passed[0] == "Skip to content"
    assert more[-1] == "How to join"
    assert unseen + unseen_later == []


def test_a_conflict_is_sound_in_light_and_dark(open_as):
    ada, ben = open_as("ada", STEP), open_as("ben", STEP)
    leave(ada, "focus", "Of Ada, in dispute")
    expect(said(ada, "focus")).to_contain_text("Saved")
    leave(ben, "focus", "Of Ben, in dispute")
    expect(said(ben, "focus")).to_contain_text("Ada Lovelace changed this")

    for scheme in ("light", "dark"):
        ben.emulate_media(color_scheme=scheme)
        results = Axe().run(ben, options={"runOnly": RULES})
        assert results.response["violations"] == []


@pytest.mark.parametrize("javascript", [True, False])
def test_removing_a_colleague_asks_once_more(open_as, javascript):
    page = open_as("ada", ONE + "{together}/colleagues/", javascript=javascript)
    button = page.get_by_role("button", name="Remove from this application")
    expect(button.first).to_be_hidden()

    page.locator("summary", has_text="Ben Bitdiddle").click()

    expect(button.first).to_be_visible()
