from members.models.allowances import Allowance
from members.models.communities import Community, Service
from members.models.directory import SearchDocument, SearchWord
from members.models.events import Event
from members.models.governance import Decision
from members.models.imports import Import
from members.models.institutions import (
    Host,
    Institution,
    InstitutionName,
    InstitutionTerm,
)
from members.models.levels import Level
from members.models.mail import Mail
from members.models.memberships import Membership
from members.models.organizations import Name, OldSlug, Organization
from members.models.people import Person, Representative, User, Visibility
from members.models.policies import PolicyValue

__all__ = [
    "Allowance",
    "Community",
    "Decision",
    "Event",
    "Host",
    "Import",
    "Institution",
    "InstitutionName",
    "InstitutionTerm",
    "Level",
    "Mail",
    "Membership",
    "Name",
    "OldSlug",
    "Organization",
    "Person",
    "PolicyValue",
    "Representative",
    "SearchDocument",
    "SearchWord",
    "Service",
    "User",
    "Visibility",
]
