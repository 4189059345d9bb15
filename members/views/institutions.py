import re

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from members import places
from members.addresses import redirect_to
from members.forms.institutions import InstitutionSearchForm, field_name
from members.linked_data import institution_facts
from members.matching import institutions
from members.models import Institution, Organization
from members.public import PART_OR_PAGE, public_page, wants_part

# So many predecessors are named.
NAMED = 20


@public_page
def institution(request, key):
    """An institution with which an organization of the directory is, or was."""
    found = Institution.objects.at(key).select_related("successor", "parent").first()
    if not found:
        raise Http404("There is no institution at this address.")
    hosts = list(found.hosts.told().with_organizations())
    if found.key != key or not hosts:
        return redirect_on(request, found, key)
    predecessors = found.predecessors.order_by("folded_name", "pk")[:NAMED]
    of_it = Organization.objects.members().filter(hosts__in=found.hosts.current())
    page = {
        "institution": found,
        "current": [host for host in hosts if host.is_of_member],
        "former": [host for host in hosts if not host.is_of_member],
        "predecessors": predecessors,
        "other_names": found.told_names(),
        "map": places.of(of_it),
        "linked_data": institution_facts(found, hosts),
        "shows_example": any(host.organization.is_example for host in hosts),
    }
    return render(request, "members/institution.html", page)


def redirect_on(request, found, key):
    """To its own address, or to that of the institution that carries on its work."""
    if found.key != key and Institution.objects.hosting().filter(pk=found.pk).exists():
        return redirect_to(found, request, permanent=True)
    heir = found.today
    if heir != found and Institution.objects.hosting().filter(pk=heir.pk).exists():
        return redirect_to(heir, request)
    raise Http404("No organization of the directory is with this institution.")


@public_page
@vary_on_headers(*PART_OR_PAGE)
def institution_search(request):
    """A page of its own; for a form's field, what there is to choose from."""
    if wants_part(request) and (name := field_name(request.GET.get("field", ""))):
        typed = request.GET.get(f"{name}_q", request.GET.get("q", ""))
        found = institutions.matching(re.sub(r"\s+", " ", typed), limit=10)
        page = {"field_name": name, "choices": found, "q": typed.strip()}
        return render(request, "members/_institution_choices.html", page)
    form = InstitutionSearchForm(request.GET or None)
    page = {"form": form, "found": found_with_pages(form) if form.is_valid() else None}
    return render(request, "members/institution_search.html", page)


def found_with_pages(form):
    """What the form finds, each with its institution where that has a page."""
    found = form.matches()
    hosting = Institution.objects.hosting().in_bulk([match.pk for match in found])
    return [(match, hosting.get(match.pk)) for match in found]
