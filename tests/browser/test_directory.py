"""The directory with a keyboard and a screen, with JavaScript and without it."""

import re

from playwright.sync_api import expect

RESULTS = "main a[href^='/organizations/']"


def test_search_and_facets_work_without_javascript(open_page):
    page = open_page("/directory/", javascript=False)
    everybody = page.locator(RESULTS).count()

    page.locator("input[name=q]").fill("software")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q=software"))
    found = page.locator(RESULTS).count()
    assert 0 < found < everybody


def test_search_is_live_with_javascript(open_page):
    page = open_page("/directory/")
    before = page.locator("[aria-live], [role=status]").first.inner_text()

    page.locator("input[name=q]").press_sequentially("software", delay=20)

    expect(page).to_have_url(re.compile(r"[?&]q=software"))
    status = page.locator("[aria-live], [role=status]").first
    expect(status).not_to_have_text(before)
    assert page.evaluate("document.activeElement.name") == "q"
    page.go_back()
    expect(page).not_to_have_url(re.compile("q=software"))
    assert page.complaints == []
