from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from members import exports, navigation, places
from members.answers import attachment, refusal
from members.forms import DirectoryForm
from members.identifiers import read_public_id
from members.models import Organization
from members.public import PART_OR_PAGE, public_page, state_of, wants_part

A_PAGE = 25
A_CHUNK = 500


@public_page
@vary_on_headers(*PART_OR_PAGE)
def directory(request):
    form = DirectoryForm(request.GET, state=state_of(request))
    show = places_shown if form.shown_as == "map" else page_shown
    context = {"form": form, **links(form), **show(form)}
    live = wants_part(request)
    template = "_directory_live.html" if live else "directory.html"
    response = render(request, f"members/{template}", context)
    if live:
        response["HX-Push-Url"] = f"{request.path}?{form.query()}".rstrip("?")
    return response


def links(form):
    return {
        "total": form.facets.total,
        "query": form.query(),
        "views": navigation.views(form),
        "orders": navigation.orders(form),
        "chosen": navigation.chosen(form),
        "literal": form.query(q=f'"{form.text}"'),
        "without_search": form.query(q=""),
        "ways_out": [] if form.facets.total else navigation.ways_out(form),
        "by_id": None if form.facets.total else with_id(form.text),
    }


def with_id(text):
    """The organization whose public id was typed into the search."""
    public_id = read_public_id(text)
    return public_id and Organization.objects.listed().with_public_id(public_id).first()


def page_shown(form):
    """One page of organizations. The facets have counted them already."""
    paginator = Paginator(form.organizations().values("pk"), A_PAGE)
    paginator.count = form.facets.total
    asked = form.cleaned_data.get("page") or 1
    page = paginator.get_page(asked)
    # The page is cut first and then filled: what comes before it costs no look-ups.
    rows = Organization.objects.filter(pk__in=page.object_list).with_listing()
    organizations = list(form.ordered(rows))
    return {
        "organizations": organizations,
        "page": page,
        "pages": list(navigation.pages(page, form.query)),
        "beyond": asked if asked > paginator.num_pages else None,
        "shows_example": any(each.is_example for each in organizations),
    }


def places_shown(form):
    found = places.of(form.organizations())
    return {
        "map": found,
        "places": [(place, navigation.at(form, place)) for place in found.all],
        "unplaced": form.facets.total - found.placed,
        "shows_example": found.shows_example,
    }


@public_page
def directory_csv(request):
    form = DirectoryForm(request.GET, state=state_of(request))
    if form.problems:
        return refusal(form.problems)
    rows = exports.csv_rows(everything(form), form.options["goal"])
    return attachment(exports.csv_parts(rows), "directory.csv")


@public_page
def directory_json(request):
    form = DirectoryForm(request.GET, state=state_of(request))
    if form.problems:
        return refusal(form.problems)
    head = {
        "query": {"q": form.text, **form.choices, "sort": form.order},
        "corrections": {r.typed: list(r.meant) for r in form.corrections},
        "left_out": form.left_out,
        "count": form.facets.total,
        "date": timezone.localdate().isoformat(),
        "licence": exports.LICENCE,
    }
    del head["query"]["view"]
    items = exports.json_items(everything(form), form.options["goal"])
    parts = exports.json_parts(head, "organizations", items)
    return StreamingHttpResponse(parts, content_type="application/json")


def everything(form):
    """All that is found, in one query, a chunk at a time from the database's cursor."""
    found = form.organizations().with_publication()
    return found.values_list(*exports.READ, named=True).iterator(chunk_size=A_CHUNK)
