"""The links of the directory: each is the same question with one thing changed."""

from dataclasses import dataclass

from members.facets import LABELS, STATUSES
from members.forms import ORDERS, SEVERAL, VIEWS


@dataclass(frozen=True)
class Link:
    label: str
    query: str
    is_current: bool = False
    count: int = 0


def views(form):
    return [
        Link(
            label,
            form.query(view="" if name == "list" else name),
            name == form.shown_as,
        )
        for name, label in VIEWS.items()
    ]


def orders(form):
    """Best match is an order only where something is searched for."""
    usual = "relevance" if form.search else "name"
    return {
        name: Link(label, form.query(sort="" if name == usual else name), is_current)
        for name, label in ORDERS.items()
        if name != "relevance" or form.search
        for is_current in [name == form.order]
    }


def chosen(form):
    """What narrows the list, each with the question without it."""
    links = [Link(f"“{form.text}”", form.query(q=""))] if form.search else []
    if form.square:
        links.append(Link(f"Place: {form.square.label}", form.query(place="")))
    status = form.choices["status"]
    if status != "current":
        links.append(Link(STATUSES[status], form.query(status="")))
    for name in SEVERAL:
        for key in form.choices[name]:
            label = f"{LABELS[name]}: {form.options[name][key]}"
            links.append(Link(label, form.without(name, key)))
    return links


def ways_out(form):
    """Where nothing is found: what to leave out, and how many there would be."""
    links = [
        Link(f"Any {LABELS[name].lower()}", form.query(**{name: ""}), count=count)
        for name in SEVERAL
        if form.choices[name] and (count := form.facets.without[name])
    ]
    if count := form.facets.without["status"]:
        is_former = form.choices["status"] == "former"
        label = STATUSES["current" if is_former else "former"]
        query = form.query(status="" if is_former else "former")
        links.append(Link(label, query, count=count))
    if not links and form.facets.found:
        anywhere = dict.fromkeys(SEVERAL, "") | {"status": "all"}
        count = form.facets.found
        links = [Link("No filter at all", form.query(**anywhere), count=count)]
    return sorted(links, key=lambda link: -link.count)


def at(form, place):
    """All that a place of the map stands for, as a list."""
    return form.query(place=place.square, view="")


def pages(page, query):
    """Links to pages, None where some are left out; `query` is asked for each."""
    paginator = page.paginator
    for number in paginator.get_elided_page_range(page.number):
        if number == paginator.ELLIPSIS:
            yield None
        else:
            asked = query(page="" if number == 1 else number)
            yield Link(str(number), asked, number == page.number)
