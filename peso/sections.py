"""The admin's lists by what they are about, those that are used most first."""

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


def in_sections(apps):
    """The lists of Django's `apps`, in the sections that hold one at least."""
    lists = {
        each["model"]._meta.label_lower: each for app in apps for each in app["models"]
    }
    found = []
    for name, labels in SECTIONS.items():
        models = [lists.pop(label) for label in labels if label in lists]
        found.append({"name": name, "models": models})
    found.append({"name": "Others", "models": [*lists.values()]})
    return [section for section in found if section["models"]]
