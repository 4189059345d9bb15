"""Fixtures for all tests."""

import gc

import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection, transaction
from django.test import override_settings

from peso import revision
from tests.snapshot import Snapshot


def pytest_make_parametrize_id(val):
    """The beginning of a long text: workers send each other the names of all tests."""
    if isinstance(val, str | bytes) and len(val) > 80:
        return repr(val[:60])
    return None


def pytest_collection_finish():
    """Look for cycles less often: it is a tenth of the work of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What the fixtures `kept` and `committed` rely on."""
    keeping = {each.module for each in items if "kept" in each.fixturenames}
    for each in items:
        if each.module in keeping:
            if "kept" not in each.fixturenames:
                raise pytest.UsageError(f"{each.nodeid} does not ask for what is kept")
            each.add_marker(pytest.mark.xdist_group(each.module.__name__))
        if "committed" in each.fixturenames and each.get_closest_marker("django_db"):
            raise pytest.UsageError(f"{each.nodeid} both commits and rolls back")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hashed as on the site, with the least work: nobody guesses them here."""
    usual = ScryptPasswordHasher.work_factor
    ScryptPasswordHasher.work_factor = 2
    yield
    ScryptPasswordHasher.work_factor = usual


@pytest.fixture(scope="session", autouse=True)
def plain_static_files():
    """Templates name static files as they are: nobody has to collect them first."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield


@pytest.fixture(autouse=True)
def revision_asked_anew():
    """The connection that asks for the revision would keep the database from going."""
    yield
    revision.close()


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """Makes rows once for all tests of a module, by `rows = kept(make)`.

    All tests of the module have to ask for them. What a test changes in the database
    goes with the test; of the objects it takes a copy (`copy.deepcopy(rows)`). Not
    for modules in which a test commits.
    """
    whole = transaction.atomic()
    whole._from_testcase = True  # what is durable may begin within it

    def make(rows):
        with django_db_blocker.unblock():
            return rows()

    with django_db_blocker.unblock():
        whole.__enter__()
    yield make
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture(scope="session")
def migrated(django_db_setup, django_db_blocker):
    """The database as the migrations leave it."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        return Snapshot(cursor)


@pytest.fixture
def committed(transactional_db):
    """A database whose transactions are real; put back afterwards."""


@pytest.fixture
def transactional_db(migrated, django_db_blocker):
    """By its name pytest-django knows that there has to be a database for tests."""
    with django_db_blocker.unblock():
        yield
        connection.close()
        with transaction.atomic(), connection.cursor() as cursor:
            migrated.put_back(cursor)
