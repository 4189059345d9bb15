"""An application with people around it, and what they send."""

from django.urls import reverse

from tests import factories

HTMX = {"HX-Request": "true"}


def address(name, application, *arguments):
    space = "goals" if name == "preview" else "members"
    name = f"application_{name}" if name else "application"
    return reverse(f"{space}:{name}", args=[application.public_id, *arguments])


def colleague(application, role="editor", **name):
    """Somebody else who takes part in an application."""
    user = factories.applicant()
    user.first_name = name.get("name", "Ben Bitdiddle")
    user.save()
    application.collaborators.create(user=user, role=role)
    return user


def writer(client, **application):
    """An application, and the browser of its editor."""
    user = factories.applicant()
    user.first_name = "Ada Lovelace"
    user.save()
    client.force_login(user)
    return factories.application(by=user, **application)


def draft(client, **given):
    """One in which only `given` is answered."""
    return writer(client, given=given)


def versions(application):
    return {each.key: each.version for each in application.answers.all()}


def form(application, **answers):
    """What the form of a step sends: `answers` with the versions that it showed."""
    seen = versions(application)
    typed = {key.replace("__", "-"): value for key, value in answers.items()}
    return typed | {f"seen-{key}": seen.get(key, 0) for key in typed}


def says(application, key):
    application.forget()
    return application.draft.get(key)
