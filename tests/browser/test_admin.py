"""The admin in a browser: what our templates, styles and labels make of it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_pages import RULES

# By a name, where the page is; “{…}” is the first record of a list.
PAGES = {
    "index": "",
    "list": "members/organization/",
    "organization": "{members/organization/}change/",
    "history": "{members/organization/}history/",
    "rename": "{members/organization/}rename/",
    "state-commitment": "{members/organization/}state-commitment/",
    "succeeded-by": "{members/organization/}succeeded-by/",
    "end": "{members/membership/}end/",
    "change-level": "{members/membership/}change-level/",
    "correct": "{members/membership/}correct/",
    "decision": "members/decision/add/",
    "export": "members/organization/export/",
    "import": "members/community/import/",
}
WIDTHS = [390, 1280]
# The search box of the stock admin is labelled by a picture's text, and the text box
# in its combobox not at all; what scrolls can be scrolled by keyboard today.
NOT_OURS = {"exclude": [["#searchbar"], [".select2-selection__rendered"]]}
STILL = """Promise.allSettled(document.getAnimations().map(each => each.finished))
    .then(() => true)"""
OPTIONS = {
    "runOnly": RULES,
    "rules": {"scrollable-region-focusable": {"enabled": False}},
}


@pytest.fixture(scope="package")
def records(browser, site, signed_in):
    """Where the first record of a list is, by the list's address."""
    context = browser.new_context(base_url=site, storage_state=signed_in)
    page = context.new_page()
    found = {}
    for address in {m for path in PAGES.values() for m in re.findall("{(.*?)}", path)}:
        page.goto(f"/admin/{address}")
        link = page.locator("#result_list tbody th a").first.get_attribute("href")
        found[address] = re.search(r"/admin/(.*/\d+/)change/", link)[1]
    context.close()
    return found


def look(page):
    """What is wrong with a page, at each width, light and dark."""
    # First, since the rules themselves do what the policy refuses.
    wrong = [*page.complaints, *page.strangers]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wrong.append((width, "too wide", needed))
        wrong += [(width, *each) for each in against_the_rules(page)]
    page.emulate_media(color_scheme="dark")
    # Links change their colour slowly.
    page.evaluate(STILL)
    return wrong + [("dark", *each) for each in against_the_rules(page)]


def against_the_rules(page):
    results = Axe().run(page, context=NOT_OURS, options=OPTIONS)
    return [
        (v["id"], [node["html"][:200] for node in v["nodes"]][:3])
        for v in results.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page_of_the_admin_is_sound(open_admin, records, name):
    path = re.sub("{(.*?)}", lambda match: records[match[1]], PAGES[name])
    page = open_admin(path)

    assert look(page) == []


LISTS = ["organization", "membership", "event", "representative", "host", "institution"]


@pytest.mark.parametrize("name", LISTS)
def test_no_column_of_a_list_is_cut(open_admin, name):
    page = open_admin(f"members/{name}/")
    page.set_viewport_size({"width": 1280, "height": 900})

    cut = page.locator("#result_list").evaluate(
        "table => table.scrollWidth - table.parentElement.clientWidth"
    )
    assert cut <= 0


def test_buttons_stand_below_a_long_title_at_each_width(open_admin, records):
    page = open_admin(f"{records['members/organization/']}change/")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        title = page.locator("#content > h2").bounding_box()
        buttons = page.locator(".object-tools").bounding_box()

        assert buttons["y"] >= title["y"] + title["height"], width


def test_preview_of_an_import_is_sound(open_admin):
    page = open_admin("members/community/import/")
    rows = b"slug,kind,name\nvolcanoes,community,Volcanoes\n"
    file = {"name": "rows.csv", "mimeType": "text/csv", "buffer": rows}
    page.set_input_files("input[type=file]", file)
    page.locator("select[name=format]").select_option(label="csv")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("Volcanoes").first).to_be_visible()
    assert look(page) == []
    # What is new is as green in the dark as by day; the importer's own would be purple.
    colour = page.locator("tr.new").evaluate("row => getComputedStyle(row).background")
    assert colour.startswith("rgb(27, 58, 46)")


def test_ending_a_membership_is_seen_by_everybody(open_admin, records):
    page = open_admin(f"{records['members/membership/']}change/")
    member = page.locator(".field-organization .readonly").inner_text()

    page.get_by_role("link", name="End", exact=True).click()
    page.get_by_label("How").select_option("resigned")
    page.get_by_label("Reason").fill("Told us by letter, which is not public")
    page.get_by_role("button", name="End").click()
    expect(page.locator(".messagelist .success")).to_contain_text("End: done")
    page.get_by_role("link", name="History").click()
    expect(page.locator(".record-history")).to_contain_text("administrator")

    page.goto(f"/directory/?status=former&q={member}")
    page.locator("main a[href^='/organizations/']").first.click()
    expect(page.get_by_text("No longer a member.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Membership ended")
    expect(page.locator("main")).not_to_contain_text("Told us by letter")
    assert page.complaints == []
