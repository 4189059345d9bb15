"""Fixtures for all tests."""

import pytest


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Templates name static files as they are: nobody has to collect them first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
