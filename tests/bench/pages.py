"""The pages that are measured, and what was promised of some of them."""

from typing import NamedTuple


class Page(NamedTuple):
    name: str
    address: str
    queries: int | None = None  # at most so many were promised
    ratio: float | None = None  # of the time with many to the time with few, at most


PAGES = [
    Page("Home", "/"),
    Page("Directory", "/directory/", queries=7),
    Page(
        "Directory, a search and two facets",
        "/directory/?q=solvers&capability=numerical-libraries&level=core",
        queries=7,
        ratio=6,
    ),
    Page(
        "Directory, a search with a typing error and two facets",
        "/directory/?q=solvres&capability=numerical-libraries&level=core",
        queries=7,
        ratio=6,
    ),
    Page("Directory, a search that finds many", "/directory/?q=science", queries=7),
    Page("Directory, one goal", "/directory/?goal=ecosystem&effort=leads", queries=7),
    Page("Directory, former members", "/directory/?status=former", queries=7),
    Page("Directory, table", "/directory/?view=table", queries=7),
    Page("Directory, map", "/directory/?view=map", queries=7),
    Page("Directory as CSV", "/directory.csv"),
    Page("Directory as JSON", "/directory.json"),
    Page("Organization", "/organizations/alder/", queries=9),
    Page("Organization, former", "/organizations/sextant/", queries=9),
    Page("Communities and capabilities", "/communities/"),
    Page("Community", "/communities/computational-biology/"),
    Page("Capability", "/capabilities/numerical-libraries/"),
    Page("Goals", "/goals/"),
    Page("Goal", "/goals/workforce/"),
    Page("Coverage", "/coverage/", queries=5),
    Page("Coverage, a cell", "/coverage/ecosystem/numerical-libraries/"),
    Page("Coverage by members", "/coverage/members/"),
    Page("Coverage as CSV", "/coverage.csv"),
    Page("Coverage by members as CSV", "/coverage/members.csv"),
    Page("About", "/about/"),
    Page("How to join", "/join/"),
]
