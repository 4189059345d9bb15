"""What the database refused, in words for the person who asked for it."""

from django.apps import apps
from django.db import DataError, IntegrityError, InternalError

# Of a constraint, of a value that no column takes, of a trigger.
REFUSALS = (IntegrityError, DataError, InternalError)
GENERAL = (
    "The database refused this: it contradicts another record, which somebody else may "
    "have changed in the meantime. Nothing was saved."
)
# Of triggers, which are no constraints of a model.
TRIGGERS = {
    "organization_slug_free": (
        "This address belonged to another organization: it redirects."
    ),
    "commitment_approach_fits": "An approach is not one to the commitment's goal.",
}


def in_words(error):
    """The message of the constraint that a DatabaseError is about."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return TRIGGERS.get(name) or _message_of_constraint(name) or GENERAL


def _message_of_constraint(name):
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return (
                    f"{model._meta.verbose_name.capitalize()}: "
                    f"{constraint.get_violation_error_message()} Nothing was saved."
                )
    return ""
