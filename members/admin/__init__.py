"""The back office, one file a topic."""

from members.admin import (
    accounts,
    communities,
    events,
    governance,
    institutions,
    jobs,
    memberships,
    organizations,
    people,
)

__all__ = [
    "accounts",
    "communities",
    "events",
    "governance",
    "institutions",
    "jobs",
    "memberships",
    "organizations",
    "people",
]
