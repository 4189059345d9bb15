"""The answers about likely duplicates: whether a record is “us” or “another”.

They are kept with those to the questions, each under a key that names the organization
or the application by its public id.
"""

import re

US, ANOTHER = "us", "another"
ANSWERS = (US, ANOTHER)
KEY = re.compile("duplicate-(?P<kind>organization|application)-(?P<id>[0-9A-Z]{8})")


def organization_key(public_id: str) -> str:
    return f"duplicate-organization-{public_id}"


def application_key(public_id: str) -> str:
    return f"duplicate-application-{public_id}"


def is_key(key: str) -> bool:
    return KEY.fullmatch(key) is not None


def organization_in(key: str) -> str:
    """The public id of the organization that `key` is about; empty if of none."""
    return _public_id(key, "organization")


def application_in(key: str) -> str:
    """The public id of the application that `key` is about; empty if of none."""
    return _public_id(key, "application")


def _public_id(key, kind):
    found = KEY.fullmatch(key)
    return found["id"] if found and found["kind"] == kind else ""
