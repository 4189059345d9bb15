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


def test_typing_is_one_step_back_and_each_filter_another(open_page):
    page = open_page("/directory/")
    steps = page.evaluate("history.length")

    for part in ("so", "ft", "ware"):
        page.locator("input[name=q]").press_sequentially(part)
        expect(page).to_have_url(re.compile(f"{part}$"))
    assert page.evaluate("history.length") == steps + 1
    page.locator("#level-core").check()
    expect(page).to_have_url(re.compile("level=core"))
    assert page.evaluate("history.length") == steps + 2

    page.go_back()
    expect(page.locator("#level-core")).not_to_be_checked()
    expect(page.locator("input[name=q]")).to_have_value("software")
    page.go_back()
    expect(page.locator("input[name=q]")).to_have_value("")


def test_long_filters_stay_where_they_were_scrolled_to(open_page):
    page = open_page("/directory/")
    last = page.locator("[data-scrolls=country] input").last
    last.scroll_into_view_if_needed()
    top = "input => input.closest('[data-scrolls]').scrollTop"
    before = last.evaluate(top)

    last.check()
    expect(page).to_have_url(re.compile("country="))

    assert before > 0
    assert page.locator("[data-scrolls=country] input").last.evaluate(top) == before


def test_page_ends_with_its_footer(open_page):
    page = open_page("/directory/?q=zzzzqqqq")

    end = page.locator(".site-footer").evaluate("e => e.getBoundingClientRect().bottom")
    assert page.evaluate("document.documentElement.scrollHeight") <= end + 1
