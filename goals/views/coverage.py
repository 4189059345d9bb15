from django.core.paginator import Paginator
from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from goals import exports
from goals.coverage import AT_LARGE, Line, Mark
from goals.forms import LETTERS, CoverageForm, MembersCoverageForm, PagesForm
from goals.models import Commitment, Goal
from members.answers import attachment, refusal
from members.exports import csv_parts, json_parts
from members.models import Community
from members.public import public_page

MEMBERS_A_PAGE = 100
COMMITMENTS_A_PAGE = 50
A_CHUNK = 1000


@public_page
def coverage(request):
    form = CoverageForm(request.GET)
    table = form.table()
    context = {
        "form": form,
        "table": table,
        "rows": table.rows_with(form.mark),
        "marks": list(Mark),
        "findings": table.findings.items(),
        "today": timezone.localdate(),
        "shows_example": Commitment.objects.of_members().example().exists(),
    }
    return render(request, "goals/coverage.html", context)


@public_page
def coverage_csv(request):
    form = CoverageForm(request.GET)
    if form.problems():
        return refusal(form.problems())
    lines = csv_parts(exports.cell_rows(form.table(), form.mark))
    return attachment(lines, "coverage.csv")


@public_page
def coverage_json(request):
    form = CoverageForm(request.GET)
    if form.problems():
        return refusal(form.problems())
    answer = {
        "on": timezone.localdate(),
        "efforts": form.efforts,
        **exports.table_as_json(form.table(), form.mark),
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@public_page
def coverage_members(request):
    form = MembersCoverageForm(request.GET)
    cells = Commitment.objects.coverage_by_goal()
    letters = {each["letter"]: each for each in form.members().letters()}
    paginator = Paginator(form.members().rows(), MEMBERS_A_PAGE)
    paginator.count = number_of_members(form, letters)
    page = paginator.get_page(form.value("page") or 1)
    context = {
        "form": form,
        "cells": cells,
        "letters": [(letter, letters.get(letter)) for letter in LETTERS],
        "members": sum(each["members"] for each in letters.values()),
        "unstated": sum(each["unstated"] for each in letters.values()),
        "page": page,
        "pages": form.pages(page),
        "rows": [(member, exports.efforts(member, cells)) for member in page],
        "marks": [Mark.GAP, Mark.SINGLE],
        "today": timezone.localdate(),
        "shows_example": any(member.is_example for member in page),
    }
    return render(request, "goals/coverage_members.html", context)


def number_of_members(form, letters):
    """How many rows there are, of what the letters say: no other query counts them."""
    column = "unstated" if form.value("show") else "members"
    letter = form.value("letter")
    return sum(each[column] for name, each in letters.items() if letter in ("", name))


@public_page
def coverage_members_csv(request):
    form = MembersCoverageForm(request.GET)
    if form.problems():
        return refusal(form.problems())
    cells = Commitment.objects.coverage_by_goal()
    rows = exports.member_rows(everybody(form), cells)
    return attachment(csv_parts(rows), "coverage-members.csv")


@public_page
def coverage_members_json(request):
    form = MembersCoverageForm(request.GET)
    if form.problems():
        return refusal(form.problems())
    cells = Commitment.objects.coverage_by_goal()
    head = {
        "on": str(timezone.localdate()),
        "goals": [exports.goal_of_members(cell) for cell in cells],
    }
    members = exports.member_items(everybody(form), cells)
    parts = json_parts(head, "members", members)
    return StreamingHttpResponse(parts, content_type="application/json")


def everybody(form):
    """All that the form means, a chunk at a time from the database's cursor."""
    facts = (*exports.MEMBER_COLUMNS, "efforts")
    return form.members().rows().values_list(*facts, named=True).iterator(A_CHUNK)


@public_page
def coverage_cell(request, goal, community):
    goal = Goal.objects.filter(slug=goal).first()
    line = line_of(community)
    if not (goal and line):
        return unknown_cell(request, goal, line)
    form = PagesForm(request.GET)
    cell = Commitment.objects.cell(goal, line)
    paginator = Paginator(Commitment.objects.behind(goal, line), COMMITMENTS_A_PAGE)
    paginator.count = cell.leads + cell.contributes + cell.endorses
    page = paginator.get_page(form.value("page") or 1)
    context = {
        "form": form,
        "goal": goal,
        "line": line,
        "cell": cell,
        "page": page,
        "pages": form.pages(page),
        "shows_example": any(each.organization.is_example for each in page),
        "candidates": list(Commitment.objects.candidates(goal, line)[:13]),
    }
    return render(request, "goals/coverage_cell.html", context)


def line_of(slug):
    if slug == AT_LARGE.slug:
        return AT_LARGE
    community = Community.objects.filter(slug=slug).first()
    return community and Line(community.pk, slug, community.name, community.kind)


def unknown_cell(request, goal, line):
    context = {"goal": goal, "line": line, "goals": Goal.objects.all()}
    context["has_no_address"] = True
    return render(request, "goals/coverage_unknown.html", context, status=404)
