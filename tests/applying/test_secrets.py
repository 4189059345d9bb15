"""What nobody may find in the database, whatever was done with it."""

import pytest
from django.urls import reverse
from pghistory.models import Context

from members.models import Invitation
from tests import factories
from tests.accounts.test_closing import everything

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_for_representative", [False, True])
def test_the_secret_of_a_used_invitation_is_kept_nowhere(client, is_for_representative):
    application = factories.application()
    facts = {"role": "" if is_for_representative else "editor"}
    if is_for_representative:
        facts["person"] = factories.person()
    invitation, token = Invitation.objects.issue(
        application=application,
        email="ada@example.org",
        invited_by=application.opened_by,
        **facts,
    )
    user = factories.applicant()
    client.force_login(user)

    client.post(reverse("members:invitation", args=[token]))

    invitation.refresh_from_db()
    assert invitation.used_by == user
    context = Context.objects.filter(metadata__user=user.pk).get()
    assert context.metadata["url"] == "/invitations/…/"
    assert [name for name, text in everything().items() if token in text] == []
