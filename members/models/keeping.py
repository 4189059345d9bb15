from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


def keep(row, **options):
    """Save `row`; ValidationError, with a message, where a rule is in the way.

    The database keeps its constraints by itself: only where one of them was in the way,
    or somebody was faster, is each asked whether it was that one.
    """
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
        with transaction.atomic():
            row.save(**options)
    except (IntegrityError, ValidationError):
        # Everything that is wrong with it, and how it is told.
        row.full_clean()
        raise
    return row
