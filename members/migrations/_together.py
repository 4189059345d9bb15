"""Migrations with many operations, done in a fraction of the time.

Django makes the classes of the historical models anew after each operation, and most
models here hang together: of a hundred operations one after another, that is nearly
all that takes time.
"""

from collections.abc import Iterable
from itertools import groupby

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from pgtrigger.migrations import AddTrigger, RemoveTrigger

PARTS = (AddField, AddConstraint, AddIndex, AddTrigger, RemoveTrigger)


def together(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations in the same order; neighbours of like kind become one."""
    return [
        Together(run) if kind and len(run) > 1 else each
        for kind, group in groupby(operations, _kind)
        for run in [list(group)]
        for each in (run[:1] if kind else run)
    ]


def _kind(operation):
    """Of one kind, what the later ones do is no part of what the earlier ones do."""
    if isinstance(operation, CreateModel):
        return "models"
    return "parts" if isinstance(operation, PARTS) else None


class Together(Operation):
    """Operations after which the classes of the models are made anew once."""

    def __init__(self, operations: list[Operation]):
        self.operations = operations

    @property
    def reversible(self):
        return all(each.reversible for each in self.operations)

    def state_forwards(self, app_label, state):
        classes = state.__dict__.pop("apps", None)  # as long as there are none
        for each in self.operations:
            each.state_forwards(app_label, state)
        if classes is not None:
            state.apps = classes
            state.reload_models({(app_label, _model(each)) for each in self.operations})

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for each in self.operations:
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for each in reversed(self.operations):
            each.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "; ".join(each.describe() for each in self.operations)


def _model(operation):
    name = getattr(operation, "model_name", None) or operation.name
    return name.lower()
