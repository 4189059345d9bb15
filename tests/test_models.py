"""Rules that every model keeps, in the database where it can."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models


def registry_models():
    """Our models without their history."""
    for label in ("goals", "members"):
        for model in apps.get_app_config(label).get_models():
            if not hasattr(model, "pgh_tracked_model"):
                yield model


@pytest.mark.parametrize(
    "model", list(registry_models()), ids=lambda model: model.__name__
)
def test_every_model_says_what_it_is(model):
    assert model.__str__ is not models.Model.__str__


def columns(model):
    return {field.name for field in model._meta.concrete_fields}


def pairs():
    """Fields that mean nothing without each other: who, and when."""
    for model in registry_models():
        names = columns(model)
        for name in sorted(names):
            stem = re.fullmatch(r"(.*?)_?by", name)
            if not stem:
                continue
            prefix = f"{stem[1]}_" if stem[1] else ""
            times = [f"{prefix}{end}" for end in ("at", "on") if prefix + end in names]
            yield model, name, times


def test_who_always_has_a_when():
    assert not [(m.__name__, who) for m, who, times in pairs() if not times]
    assert len(list(pairs())) >= 3


@pytest.mark.django_db
def test_who_and_when_that_may_be_missing_are_missing_together():
    """Both columns stand in one check constraint, or neither may be empty."""
    for model, who, times in pairs():
        for when in times:
            fields = [model._meta.get_field(name) for name in (who, when)]
            if not any(field.null for field in fields):
                continue
            checked = [
                names
                for names in checked_columns(model)
                if {field.column for field in fields} <= names
            ]
            assert checked, f"{model.__name__}: {who} and {when}"


def checked_columns(model):
    """The columns of each check constraint, as the database has them."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return [set(each["columns"]) for each in found.values() if each["check"]]


@pytest.mark.django_db
def test_no_period_ends_before_it_starts():
    for model in registry_models():
        if {"started_on", "ended_on"} <= columns(model):
            assert any(
                {"started_on", "ended_on"} <= names for names in checked_columns(model)
            ), model.__name__


@pytest.mark.django_db
def test_an_end_and_its_reason_stand_together():
    """`ended_on` and `end_reason` exist in the same rows."""
    ended = [model for model in registry_models() if "end_reason" in columns(model)]
    assert ended
    for model in ended:
        checked = checked_columns(model)
        assert any({"ended_on", "end_reason"} <= names for names in checked)


@pytest.mark.django_db
def test_migrations_are_written_for_every_change():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
