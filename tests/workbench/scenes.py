"""An application with people around it."""

from types import SimpleNamespace

from members.models import Application
from peso import policy
from tests import factories


def officer():
    rights = policy.permissions_of("membership officer")
    return factories.user(permissions=[right.split(".")[1] for right in rights])


def scene(*, state="in_review", **given):
    """`conflicted` is a reviewer whose organization has the same host institution."""
    institution = factories.institution()
    writer, conflicted = factories.applicant(), factories.reviewer()
    member = factories.member()
    factories.host(organization=member, institution=institution)
    person = factories.person()
    person.account = conflicted
    person.save()
    factories.representative(organization=member, person=person)
    answers = factories.answers(hosts=[str(institution.pk)], **given)
    application = factories.application(by=writer, state=state, given=answers)
    return SimpleNamespace(
        application=Application.objects.get(pk=application.pk),
        applicant=writer,
        other=factories.applicant(),
        conflicted=conflicted,
        reviewer=factories.reviewer(),
        officer=officer(),
        without_factor=factories.user(
            permissions=["review_application", "decide_application"],
            second_factor=False,
        ),
        stranger=None,
        own=own_reviewer(application),
    )


def own_reviewer(application):
    """A reviewer who takes part in writing it."""
    user = factories.reviewer()
    application.collaborators.create(user=user, role="reader")
    return user


def desk(application, verb=""):
    slug = f"{verb.replace('_', '-')}/" if verb else ""
    return f"/workbench/applications/{application.public_id}/{slug}"
