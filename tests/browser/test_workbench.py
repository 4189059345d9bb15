"""The workbench in a browser: sound at each size and scheme, and without JavaScript."""

import json
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import environment
from tests.browser.test_pages import RULES, WIDTHS, WINDOWS

# Run on the server's database: applications in several states, one with everything.
SCENE = """
import json
from tests import factories
from members.models import Application, Institution

names = (
    "Zentrum für Wissenschaftliches Rechnen und Außerordentlich Langnamige Software",
    "جمعية البرمجيات العلمية",
    "Quill Numerics",
    "Borealis Weather Codes",
)
states = ("submitted", "changes_requested", "recommended", "declined")
found = {}
for name, state in zip(names, states):
    given = factories.answers(name=name, unlisted_hosts="Institute of Nowhere")
    found[state] = factories.application(state=state, given=given)
application = found["changes_requested"]
writer = application.collaborators.first().user
application.save_answers({"focus": "Meshes for everybody"}, by=writer)
application.submit(by=writer)
officer = factories.officer()
application.recommend(by=officer, advice="accept", reasons="Good.")
for visibility in ("staff", "reviewers", "applicant"):
    application.comment(by=officer, text="Said.", visibility=visibility)
given = factories.answers(name="Lumen Particle Tools")
staged = factories.application(state="recommended", given=given)
factories.stage(staged)
entered, _ = Application.enter(by=officer, source="letter", name="a.txt",
    content=b"Dear all", given={"name": "Letter Writers"})
keys = {name: each.public_id for name, each in found.items()}
print(json.dumps({**keys, "staged": staged.public_id, "entered": entered.public_id}))
"""
HERE = "/workbench/applications"
PAGES = {
    "queue": "/workbench/?state=all",
    "queue-empty": "/workbench/?q=nobody",
    "queue-odd": "/workbench/?state=nonsense",
    "new": HERE + "/{submitted}/",
    "compared": HERE + "/{changes_requested}/?from=1&to=2",
    "to-decide": HERE + "/{recommended}/",
    "declined": HERE + "/{declined}/",
    "entered": HERE + "/{entered}/",
    "stage": HERE + "/{recommended}/decision/",
    "staged": HERE + "/{staged}/decision/",
    "enter": "/workbench/enter/",
    "mails": "/workbench/mail/",
    "mails-none": "/workbench/mail/?q=nobody",
}


@pytest.fixture(scope="package")
def applications(signed_in, folder):
    """The public ids of applications on the server."""
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
def open_desk(open_page, signed_in, applications):
    def open_desk(path, **window):
        return open_page(path.format(**applications), state=signed_in, **window)

    return open_desk


@pytest.mark.parametrize("name", PAGES)
def test_page_of_the_workbench_is_sound(open_desk, name):
    page = open_desk(PAGES[name])
    wrong = []
    for window, (width, height, scheme) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options={"runOnly": RULES})
        wrong += [
            (window, v["id"], [node["html"][:200] for node in v["nodes"]])
            for v in results.response["violations"]
        ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        wrong += [(width, "too wide", needed)] if needed > width else []

    assert wrong == []
    assert page.complaints == []
    assert page.strangers == []


def test_wide_comment_is_asked_again_without_javascript(open_desk):
    page = open_desk(PAGES["new"], javascript=False)
    page.get_by_label("Comment").fill("Dear applicants")
    page.get_by_label("The applicant too").check()
    page.get_by_role("button", name="Comment").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Shall the applicants read this?"
    )
    page.get_by_role("button", name="Yes, the applicants too").click()
    expect(page.locator(".desk-comment-applicant")).to_contain_text("Dear applicants")


def test_record_is_searched_without_javascript_and_nothing_typed_is_lost(open_desk):
    page = open_desk(PAGES["stage"], javascript=False)
    page.get_by_label("Accept").check()
    page.get_by_label("Reason").fill("Half a reason")
    page.get_by_label("Search for another record").fill("alder")
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_label("Accept")).to_be_checked()
    expect(page.get_by_label("Reason")).to_have_value("Half a reason")
    # Another test may have ended its membership.
    expect(page.get_by_text(re.compile(r"\((former )?member, ")).first).to_be_visible()


def test_queue_is_narrowed_by_keyboard(open_desk):
    page = open_desk("/workbench/")
    page.get_by_label("Search by name").press_sequentially("quill")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=quill**")

    expect(page.locator(".desk-table tbody th")).to_have_count(1)
    page.get_by_role("navigation", name="Waiting").get_by_role(
        "link", name="For the applicants"
    ).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**waiting=them**")
    expect(page.get_by_text("No application is called that")).to_be_visible()


@pytest.mark.parametrize("path", ["/workbench/?state=all", "/workbench/mail/"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_column_of_a_list_is_cut(open_desk, path, width):
    page = open_desk(path, width=width, height=900)
    needed, there = page.locator(".table-region").evaluate(
        "region => [region.scrollWidth, region.clientWidth]"
    )

    assert needed <= there
    assert page.get_by_role("row").count() > 3


def test_filters_fold_out_on_a_phone(open_desk):
    page = open_desk("/workbench/", width=390, height=800)
    link = page.get_by_role("link", name="For the applicants")

    expect(link).to_be_hidden()
    page.get_by_text("Filters and order").click()
    expect(link).to_be_visible()
