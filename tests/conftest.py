"""Fixtures for all tests."""

from importlib import import_module

import pytest
from django.apps import apps

SEEDS = ["goals.migrations.0002_wording", "members.migrations.0002_policy"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Templates name static files as they are: nobody has to collect them first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


@pytest.fixture
def committed(transactional_db):
    """A database whose transactions are real; emptied afterwards.

    The test before may have emptied it of what migrations write, too.
    """
    if not apps.get_model("goals", "Goal").objects.exists():
        for seed in SEEDS:
            import_module(seed).write(apps, None)
