"""What nobody may find in the database, whatever was done with it."""

import pytest
from django.urls import reverse
from django.utils import timezone
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


@pytest.mark.parametrize("end", ["revoked", "expired", "used"])
def test_a_link_that_has_ended_tells_nobody_about_the_application(client, end):
    """Nor what it is called by now: who was let go may still have the link."""
    application = factories.application(given=factories.answers(name="Zafugah labs"))
    invitation, token = Invitation.objects.issue(
        application=application,
        email="ada@example.org",
        invited_by=application.opened_by,
        role="editor",
    )
    by, now = application.opened_by, timezone.now()
    ends = {
        "revoked": {"revoked_at": now, "revoked_by": by},
        "expired": {"expires_at": now},
        "used": {"used_at": now, "used_by": by},
    }
    page = reverse("members:invitation", args=[token])
    client.force_login(factories.applicant())
    assert "Zafugah" in client.get(page).text

    Invitation.objects.filter(pk=invitation.pk).update(**ends[end])
    after = client.get(page)
    client.force_login(by)

    assert after.status_code == 410
    assert "Zafugah" not in after.text
    assert "Zafugah" in client.get(page).text
