"""What every public page promises, looked at in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "home": "/",
    "directory": "/directory/",
    "directory-table": "/directory/?view=table",
    "directory-map": "/directory/?view=map",
    "directory-search": "/directory/?q=software&goal=workforce&status=all",
    "directory-nothing": "/directory/?q=zzzzqqqq",
    "directory-odd": "/directory/?level=nope&page=x",
    "organization": "first organization",
    "former": "first former organization",
    "institution": "first institution",
    "institutions": "/institutions/search/?q=univ",
    "goals": "/goals/",
    "goal": "/goals/workforce/",
    "communities": "/communities/",
    "community": "first community",
    "capability": "first capability",
    "coverage": "/coverage/",
    "coverage-gaps": "/coverage/?show=gaps",
    "coverage-members": "/coverage/members/",
    "coverage-cell": "first cell",
    "about": "/about/",
    "join": "/join/",
    "not-found": "/organizations/nobody-we-know/",
}
# Pages whose address depends on the data: the first link of a page that leads there.
FOUND_ON = {
    "first organization": ("/directory/", "main a[href^='/organizations/']"),
    "first former organization": (
        "/directory/?status=former",
        "main a[href^='/organizations/']",
    ),
    "first institution": (
        "/institutions/search/?q=university",
        "main a[href^='/institutions/']:not([href*='search'])",
    ),
    "first community": ("/communities/", "main a[href^='/communities/']"),
    "first capability": ("/communities/", "main a[href^='/capabilities/']"),
    "first cell": ("/coverage/", "main td a[href^='/coverage/']"),
}
# width, height, colour scheme
WINDOWS = {"wide": (1280, 900, "light"), "dark": (1280, 900, "dark")}
WINDOWS["phone"] = (390, 844, "light")
WIDTHS = [320, 390, 768, 1280, 2560]


@pytest.fixture(scope="package")
def addresses(browser, site):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    found = {}
    for name, (path, link) in FOUND_ON.items():
        page.goto(path)
        found[name] = page.locator(link).first.get_attribute("href")
    context.close()
    return {page: found.get(path, path) for page, path in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_page, addresses, name):
    page = open_page(addresses[name])
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
    expected = 1 if name == "not-found" else 0  # the browser reports the 404 itself
    assert len(page.complaints) == expected, page.complaints
    assert page.strangers == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_its_window(open_page, addresses, name):
    page = open_page(addresses[name])
    too_wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            too_wide.append((width, needed))

    assert too_wide == []


@pytest.mark.parametrize("name", ["directory-table", "coverage", "coverage-members"])
def test_table_fits_a_sheet_of_paper(open_page, addresses, name):
    page = open_page(addresses[name])
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    page.emulate_media(media="print")

    assert page.evaluate("document.querySelector('table').offsetWidth") <= 718


@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_it_is(open_page, addresses, name):
    page = open_page(addresses[name])

    assert page.locator("h1").count() == 1
    assert page.title().strip()
    if name != "not-found":
        description = page.locator("meta[name=description]")
        assert len(description.get_attribute("content")) > 30
        canonical = page.locator("link[rel=canonical]").get_attribute("href")
        assert canonical.startswith("http")
    assert page.context.cookies() == []


@pytest.mark.parametrize("name", ["home", "directory", "organization", "coverage"])
def test_page_does_not_shift_while_it_loads(open_page, addresses, name):
    page = open_page(addresses[name])

    page.wait_for_load_state("networkidle")
    shift = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )

    assert shift < 0.01


@pytest.mark.parametrize("name", ["home", "directory", "organization", "coverage"])
def test_keyboard_reaches_everything_and_shows_where_it_is(open_page, addresses, name):
    page = open_page(addresses[name])
    reachable = page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]'
        )].filter(e => e.checkVisibility({visibilityProperty: true})
            && !e.disabled && !(e.type === 'radio' && !e.checked)).length"""
    )
    seen, invisible = 0, []
    for _ in range(reachable + 5):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body || e.dataset.seen) return null;
                e.dataset.seen = '1';
                const s = getComputedStyle(e);
                const shown = (s.outlineStyle !== 'none' && s.outlineWidth !== '0px')
                    || s.boxShadow !== 'none';
                return [e.outerHTML.slice(0, 80), shown];
            }"""
        )
        if focus is None:
            break
        seen += 1
        if seen == 1:
            assert "skip" in focus[0].lower()
        if not focus[1]:
            invisible.append(focus[0])

    assert invisible == []
    assert seen >= reachable
