from members.models.allowances import Allowance
from members.models.applications import Application
from members.models.communities import Community, Service
from members.models.counted import FacetCount, FacetPeriod
from members.models.directory import SearchDocument, SearchWord
from members.models.drafts import (
    Answer,
    Collaborator,
    Document,
    Invitation,
    Revision,
)
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
from members.models.names import Name, OldSlug
from members.models.organizations import Organization
from members.models.people import Person, Representative, User, Visibility
from members.models.policies import PolicyValue
from members.models.reviews import ApplicationEvent, Comment, Recommendation
from members.models.verdicts import Verdict
from members.models.website_checks import WebsiteCheck

__all__ = [
    "Allowance",
    "Answer",
    "Application",
    "ApplicationEvent",
    "Collaborator",
    "Comment",
    "Community",
    "Decision",
    "Document",
    "Event",
    "FacetCount",
    "FacetPeriod",
    "Host",
    "Import",
    "Institution",
    "InstitutionName",
    "InstitutionTerm",
    "Invitation",
    "Level",
    "Mail",
    "Membership",
    "Name",
    "OldSlug",
    "Organization",
    "Person",
    "PolicyValue",
    "Recommendation",
    "Representative",
    "Revision",
    "SearchDocument",
    "SearchWord",
    "Service",
    "User",
    "Verdict",
    "Visibility",
    "WebsiteCheck",
]
