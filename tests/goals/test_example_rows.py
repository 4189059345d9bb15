"""The rows of the made-up consortium, and of those that were invented beside it."""

import pytest
from django.apps import apps

from goals.models import Commitment, Evidence
from members.models import (
    Community,
    Institution,
    Membership,
    Organization,
    Person,
    Representative,
    User,
)
from tests.goals.test_example_loading import COUNTED, load


@pytest.fixture(scope="module")
def rows(kept):
    kept(lambda: load(60))


@pytest.fixture(autouse=True)
def example(rows, db):
    """Loaded once for all tests of this module."""


def test_every_row_passes_the_validation_of_its_form():
    for label in ("members", "goals"):
        for model in apps.get_app_config(label).get_models():
            by_hand = model not in (User, *COUNTED)
            if by_hand and not hasattr(model, "pgh_tracked_model"):
                # Constraints held when the row was written, foreign keys among them.
                keys = [f.name for f in model._meta.fields if f.is_relation]
                for row in model.objects.all():
                    row.full_clean(
                        keys, validate_constraints=False, validate_unique=False
                    )


def test_everything_is_marked_as_made_up():
    assert not Organization.objects.filter(is_example=False).exists()
    assert not Institution.objects.filter(is_example=False).exists()
    assert not Institution.objects.exclude(ror_id=None).exists()
    addresses = [
        *Organization.objects.values_list("website", flat=True),
        *Evidence.objects.values_list("url", flat=True),
        *Person.objects.exclude(email="").values_list("email", flat=True),
    ]
    elsewhere = [a for a in addresses if ".example.org" not in a]
    assert elsewhere == []


def test_each_row_has_its_history_with_who_wrote_it():
    account = User.objects.registry()
    for model in (Organization, Membership, Commitment, Representative, Community):
        rows = model.history.rel.related_model.objects
        contexts = rows.values_list("pgh_context__metadata__user", flat=True)
        assert list(contexts) == [account.pk] * model.objects.count()
