"""What an application would become: its page, and its part of the coverage."""

from django.utils import timezone

from goals.coverage import Mark
from goals.filling import Intent, closed, filled
from goals.models import Commitment, Goal
from members.models import Community, Institution, Level, Organization
from members.views.applications.reaching import can_write, for_applicants, show


@for_applicants("GET", "HEAD")
def preview(request, application):
    """The page in the directory as it would be, and the cells that it would fill."""
    content = application.content
    communities = Community.objects.in_bulk(
        {int(s.community) for s in content.services if s.community.isdecimal()}
        | {int(k) for c in content.commitments for k in c.communities if k.isdecimal()}
    )
    proposals = {each.key: each for each in content.proposals}
    table = Commitment.objects.coverage()
    cells = filled(table, intents(content, communities, proposals))
    commitments = would_be_commitments(content, communities, proposals)
    asked = application.questions
    page = {
        "is_preview": True,
        "content": content,
        "organization": would_be_organization(content),
        "hosts": Institution.objects.filter(pk__in=content.hosts).order_by("name"),
        "services": would_be_services(content, communities, proposals),
        "commitments": commitments,
        "stated": sum(commitment is not None for _, commitment in commitments),
        "leads": [each for each in content.people if each.is_public],
        "cells": cells,
        "gaps": closed(cells, Mark.GAP),
        "single": closed(cells, Mark.SINGLE),
        "duplicates": application.duplicates,
        "problems": [(each, asked.get(each.field)) for each in application.problems()],
        "may_submit": can_write(application) and application.can("submit"),
    }
    return show(request, application, "preview.html", "preview", **page)


def would_be_organization(content):
    """As the templates of its page read it; it is never saved."""
    level = Level.objects.filter(slug=content.level).first()
    organization = Organization(
        name=content.name or "Your organization",
        short_name=content.short_name,
        focus=content.focus,
        description=content.description,
        website=content.website,
    )
    organization.level_slug = content.level
    organization.level_name = level.name if level else ""
    return organization


def would_be_services(content, communities, proposals):
    today = timezone.localdate()
    services = []
    for asked in content.services:
        community = place(asked.community, communities, proposals)
        if community:
            service = {"community": community, "how": asked.how, "started_on": today}
            services.append(service)
    return services


def place(key, communities, proposals):
    """The community of a key; one that is proposed has no page yet."""
    if proposal := proposals.get(key):
        return {
            "name": proposal.name,
            "is_capability": proposal.kind == Community.Kind.CAPABILITY,
            "is_proposed": True,
        }
    return communities.get(int(key)) if key.isdecimal() else None


def would_be_commitments(content, communities, proposals):
    """Each goal with the commitment as the organization's page shows it, or None."""
    asked = {each.goal: each for each in content.commitments}
    goals = Goal.objects.prefetch_related("approaches")
    return [
        (
            goal,
            _commitment(goal, asked[goal.slug], communities, proposals)
            if goal.slug in asked
            else None,
        )
        for goal in goals
    ]


def _commitment(goal, asked, communities, proposals):
    commitment = Commitment(
        goal=goal,
        effort=asked.effort,
        statement=asked.statement,
        started_on=timezone.localdate(),
    )
    places = (place(key, communities, proposals) for key in asked.communities)
    texts = {str(each.pk): each.text for each in goal.approaches.all()}
    commitment.approach_texts = [texts[k] for k in asked.approaches if k in texts]
    commitment.for_whom = [_named(each) for each in places if each]
    commitment.evidence_links = [{"title": t, "url": url} for t, url in asked.evidence]
    return commitment


def _named(community):
    if isinstance(community, Community):
        return {n: getattr(community, n) for n in ("name", "slug", "kind")}
    return {"name": community["name"], "slug": ""}


def intents(content, communities, proposals):
    for each in content.commitments:
        places = (place(key, communities, proposals) for key in each.communities)
        known = [each for each in places if each]
        yield Intent(
            each.goal,
            each.effort,
            tuple(c.slug for c in known if isinstance(c, Community)),
            tuple(c["name"] for c in known if not isinstance(c, Community)),
        )
