"""Migrations: what they leave, and operations that are done together."""

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from members.migrations._together import Together, together


def one_by_one():
    key = ("id", models.BigAutoField(primary_key=True))
    owner = models.ForeignKey("goals.Owner", on_delete=models.CASCADE, null=True)
    index = models.Index(fields=["name"], name="by_name")
    return [
        migrations.CreateModel("Owner", [key]),
        migrations.CreateModel("Thing", [key]),
        migrations.AddField("thing", "name", models.TextField(default="")),
        migrations.AddField("thing", "owner", owner),
        migrations.AddIndex("thing", index),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.AddField("owner", "name", models.TextField(default="")),
    ]


def test_neighbours_of_like_kind_become_one_and_their_order_stays():
    operations = one_by_one()

    found = together(operations)

    assert [len(getattr(each, "operations", [each])) for each in found] == [2, 3, 1, 1]
    flat = [one for each in found for one in getattr(each, "operations", [each])]
    assert flat == operations


@pytest.mark.parametrize("rendered", [True, False])
def test_models_are_those_of_one_operation_after_another(rendered):
    shapes = []
    for operations in (one_by_one(), together(one_by_one())):
        state = ProjectState()
        if rendered:
            assert not state.apps.get_models()
        for each in operations:
            each.state_forwards("goals", state)
        shapes.append(shape(state))

    assert shapes[0] == shapes[1]
    assert shapes[0]["Thing"] == (["id", "name", "owner"], ["by_name"])
    assert shapes[0]["Owner"] == (["thing", "id", "name"], [])


def shape(state):
    return {
        model.__name__: (
            [field.name for field in model._meta.get_fields(include_hidden=True)],
            [index.name for index in model._meta.indexes],
        )
        for model in state.apps.get_models()
    }


def test_what_is_done_together_is_undone_backwards():
    done = []

    class Step(migrations.RunPython):
        def __init__(self, name):
            super().__init__(migrations.RunPython.noop, migrations.RunPython.noop)
            self.name = name

        def database_forwards(self, *given):
            done.append(f"do {self.name}")

        def database_backwards(self, *given):
            done.append(f"undo {self.name}")

    both = Together([Step("one"), Step("two")])
    both.database_forwards("goals", None, None, None)
    both.database_backwards("goals", None, None, None)

    assert done == ["do one", "do two", "undo two", "undo one"]
    assert both.reversible


@pytest.mark.django_db
def test_migrations_say_all_that_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
