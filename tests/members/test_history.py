"""Each change leaves a row of history, through whichever door it came."""

import pghistory
import pytest
from django.db import ProgrammingError, connection, transaction

from members.models import Organization, Service
from tests import factories

pytestmark = pytest.mark.django_db


def versions(row, field):
    history = row.history.order_by("pgh_id").select_related("pgh_context")
    return [
        (h.pgh_label, getattr(h, field), h.pgh_context and h.pgh_context.metadata)
        for h in history
    ]


def test_every_door_leaves_a_row_of_history_with_its_actor():
    actor = factories.user()
    organization = factories.organization(focus="one")
    with pghistory.context(user=actor.pk):
        organization.focus = "two"
        organization.save()
        Organization.objects.filter(pk=organization.pk).update(focus="three")
        Organization.objects.bulk_update(
            [Organization(pk=organization.pk, focus="four")], ["focus"]
        )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_organization SET focus = 'five'")

    who = {"user": actor.pk}
    assert versions(organization, "focus") == [
        ("insert", "one", None),
        ("update", "two", who),
        ("update", "three", who),
        ("update", "four", who),
        ("update", "five", who),
    ]


def test_what_is_deleted_stays_in_the_history():
    service = factories.service(
        organization=factories.organization(), community=factories.community(), how="so"
    )
    key = service.pk
    service.delete()

    history = Service.history.rel.related_model.objects.filter(pgh_obj_id=key)
    assert [(h.pgh_label, h.how) for h in history.order_by("pgh_id")] == [
        ("insert", "so"),
        ("delete", "so"),
    ]


def test_history_itself_cannot_be_changed():
    organization = factories.organization()

    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
    ):
        organization.history.update(focus="never")
