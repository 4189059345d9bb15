"""The back office, one file a topic."""

from members.admin import (
    accounts,
    applications,
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
    "applications",
    "communities",
    "events",
    "governance",
    "institutions",
    "jobs",
    "memberships",
    "organizations",
    "people",
]
