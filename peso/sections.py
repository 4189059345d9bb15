"""The admin's lists by what they are about, those that are used most first."""

from functools import cache

from django.urls import get_script_prefix, reverse
from django.utils.text import capfirst

SECTIONS = {
    "Members": [
        "members.organization",
        "members.membership",
        "goals.commitment",
        "members.representative",
        "members.person",
        "members.service",
        "members.host",
    ],
    "What members serve, and where": [
        "members.community",
        "members.institution",
        "goals.goal",
        "goals.approach",
    ],
    "Governance": [
        "members.decision",
        "members.policyvalue",
        "members.level",
    ],
    "Applications": [
        "members.application",
        "members.revision",
        "members.comment",
        "members.recommendation",
        "members.verdict",
        "members.applicationevent",
        "members.answer",
        "members.document",
        "members.collaborator",
        "members.invitation",
        "members.websitecheck",
    ],
    "Accounts": ["members.user", "auth.group"],
    "What was done": ["members.event", "members.import"],
}


@cache
def address(opts, page, prefix):
    """Of a page of the admin; `prefix` is where the site is, as `reverse` puts it."""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}")


def listed(model_admin, request):
    """A list as the admin's templates want it, of what somebody may do with it."""
    opts, may = model_admin.opts, model_admin.get_model_perms(request)
    is_seen = may["view"] or may["change"]
    prefix = get_script_prefix()
    return {
        "model": model_admin.model,
        "name": capfirst(opts.verbose_name_plural),
        "object_name": opts.object_name,
        "perms": may,
        "admin_url": address(opts, "changelist", prefix) if is_seen else None,
        "add_url": address(opts, "add", prefix) if may["add"] else None,
        "view_only": not may["change"],
    }


def in_sections(pages, request):
    """The lists of these pages that somebody has a right to, in their sections."""
    found = (listed(each, request) for each in pages)
    lists = {
        each["model"]._meta.label_lower: each
        for each in found
        if True in each["perms"].values()
    }
    sections = []
    for name, labels in SECTIONS.items():
        models = [lists.pop(label) for label in labels if label in lists]
        sections.append({"name": name, "models": models})
    sections.append({"name": "Others", "models": [*lists.values()]})
    return [section for section in sections if section["models"]]
