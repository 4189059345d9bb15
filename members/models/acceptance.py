"""What becomes of an application that is accepted: a member, in one transaction."""

from django.db import connection
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.text import slugify

from members.identifiers import AT_LARGE_SLUG, new_public_id
from members.models.communities import Community, Service
from members.models.institutions import Host, Institution
from members.models.keeping import keep
from members.models.memberships import Membership
from members.models.names import Name
from members.models.organizations import Organization
from members.models.people import Person, Representative, Visibility
from members.models.problems import Problem
from members.models.text import Fold

# Any number, the same in every process that accepts an application.
ACCEPTING = 0x61636370


class Acceptance:
    """An application and a verdict about it, read as what they will make.

    A verdict that declines makes a decision, and nothing more.
    """

    def __init__(self, application, verdict):
        self.application, self.verdict = application, verdict
        self.content = application.proposal
        self.revision = application.latest

    def problems(self):
        """Why no member can be made of it as the verdict stands."""
        problems = [*self._name_problems(), *self._proposal_problems()]
        if (known := self.verdict.organization) and self._overlaps(known):
            text = f"{known} is a member on that day already, or becomes one later."
            problems.append(Problem(text, "organization"))
        return problems

    def _overlaps(self, known):
        lasts = Q(ended_on=None) | Q(ended_on__gt=self.verdict.starts_on)
        return known.memberships.held().filter(lasts).exists()

    def _name_problems(self):
        for name, field in (
            (self.content.name, "folded_name"),
            (self.content.short_name, "folded_short_name"),
        ):
            folded = Fold(Value(name))
            same = Organization.objects.filter(**{field: folded})
            same = same.exclude(pk=self.verdict.organization_id).first()
            if name and same:
                yield Problem(
                    f"The registry has {same.full_name} already: choose that record, "
                    "or have the name changed.",
                    "organization",
                )

    def _proposal_problems(self):
        known = {proposal.number for proposal in self.content.proposals}
        if not set(self.verdict.proposals) <= known:
            yield Problem("Something is chosen that was not proposed.", "proposals")
        for each in self.content.commitments:
            if each.communities and not self._kept(each.communities):
                # Without any it would be one for the ecosystem at large.
                yield Problem(
                    f"The commitment to “{each.goal}” is for proposals alone: add one "
                    "of them, or have the commitment changed.",
                    "proposals",
                )

    def _kept(self, keys):
        added = {f"proposal-{number}" for number in self.verdict.proposals}
        return [key for key in keys if key.isdigit() or key in added]

    # Making

    def make(self, *, by):
        """Write all of it; the organization, and the decision that admits it.

        Called by `Application.release`, which holds the lock. ValidationError where a
        rule of one of the records is in the way.
        """
        communities = self._communities()
        organization = self.verdict.organization or self._organization()
        organization.lock()
        decision = self.decide(by=by, organization=organization)
        if self.verdict.organization:
            self._renew(organization, by)
        self._names(organization)
        self._hosts(organization)
        self._services(organization, communities)
        self._membership(organization, decision, by)
        self._commitments(organization, communities, by)
        self._representatives(organization)
        return organization, decision

    def decide(self, *, by, organization=None):
        """Record the decision of the consortium that the verdict becomes."""
        facts = self._decision_facts()
        return self._decisions.record(by=by, organization=organization, **facts)

    @property
    def decision(self):
        """That decision before it is taken: nothing is written."""
        return self._decisions(**self._decision_facts())

    @property
    def _decisions(self):
        return type(self.verdict)._meta.get_field("decision").related_model

    def _decision_facts(self):
        verdict, outcomes = self.verdict, self._decisions.Outcome
        accepts, name = verdict.is_acceptance, self.content.full_name[:300]
        return {
            "kind": self._decisions.Kind.ADMISSION,
            "question": f"Shall {name} be admitted as a member?",
            "clause": verdict.clause,
            "votes_for": verdict.votes_for,
            "votes_against": verdict.votes_against,
            "outcome": outcomes.CARRIED if accepts else outcomes.LOST,
            "decided_at": timezone.now(),
            "reason": verdict.reason,
        }

    def _renew(self, organization, by):
        """Bring the record that the registry had to what the application says."""
        for name in ("focus", "description", "website"):
            if said := getattr(self.content, name):
                setattr(organization, name, said)
        keep(organization)
        names = {"name": self.content.name, "short_name": self.content.short_name}
        names["short_name"] = names["short_name"] or organization.short_name
        if any(getattr(organization, key) != name for key, name in names.items()):
            reason = self.verdict.reason
            organization.rename(by=by, on=timezone.localdate(), reason=reason, **names)

    def _organization(self):
        content, public_id = self.content, new_public_id()
        names = (content.short_name, content.name)
        return keep(
            Organization(
                public_id=public_id,
                slug=Organization.free_slug(*names, public_id=public_id),
                name=content.name,
                short_name=content.short_name,
                focus=content.focus,
                description=content.description,
                website=content.website,
            )
        )

    def _names(self, organization):
        rows = [(Name.Kind.FORMER, text, "") for text in self.content.former_names]
        rows += [
            (Name.Kind.TRANSLATED, text, language)
            for language, text in self.content.translated_names
        ]
        for kind, text, language in rows:
            folded = Fold(Value(text))
            same = organization.names.filter(kind=kind, language=language)
            if not same.filter(folded_text=folded).exists():
                keep(
                    Name(
                        organization=organization,
                        kind=kind,
                        text=text,
                        language=language,
                    )
                )

    def _hosts(self, organization):
        first = self.verdict.starts_on
        hosted = set(organization.hosts.on(first).values_list("institution", flat=True))
        for institution in Institution.objects.filter(pk__in=self.content.hosts):
            if institution.pk not in hosted:
                host = Host(organization=organization, institution=institution)
                host.started_on = first
                keep(host)

    def _communities(self):
        """The communities that services and commitments name, by their keys."""
        keys = [each.community for each in self.content.services]
        for each in self.content.commitments:
            keys += each.communities
        known = Community.objects.filter(pk__in={k for k in keys if k.isdigit()})
        found = {str(community.pk): community for community in known}
        for proposal in self.content.proposals:
            if proposal.number in self.verdict.proposals:
                found[proposal.key] = self._add_community(proposal)
        return found

    def _add_community(self, proposal):
        same = Community.objects.filter(folded_name=Fold(Value(proposal.name)))
        if community := same.first():
            return community
        community = Community(kind=proposal.kind, name=proposal.name)
        community.slug = _free_community_slug(proposal.name)
        return keep(community)

    def _services(self, organization, communities):
        first = self.verdict.starts_on
        served = set(
            organization.services.on(first).values_list("community", flat=True)
        )
        for each in self.content.services:
            community = communities.get(each.community)
            if community and community.pk not in served:
                served.add(community.pk)
                service = Service(organization=organization, community=community)
                service.how, service.started_on = each.how, first
                keep(service)

    def _membership(self, organization, decision, by):
        facts = {
            "level": self.verdict.level,
            "by": by,
            "on": self.verdict.starts_on,
            "reason": self.verdict.reason,
            "admission": decision,
        }
        earlier = organization.memberships.held().order_by("-started_on").first()
        if earlier and earlier.is_recorded:
            earlier.reinstate(**facts)
        else:
            Membership.admit(organization, **facts)

    def _commitments(self, organization, communities, by):
        commitments = organization.commitments.model
        goals = commitments.goal.field.related_model.objects
        goals = {goal.slug: goal for goal in goals.prefetch_related("approaches")}
        for each in self.content.commitments:
            goal = goals[each.goal]
            words = self.revision.wording.get(each.goal, {})
            commitments.state(
                organization,
                goal,
                effort=each.effort,
                by=by,
                on=self.verdict.starts_on,
                statement=each.statement,
                approaches=[
                    a for a in goal.approaches.all() if str(a.pk) in each.approaches
                ],
                communities=_known(communities, each.communities),
                evidence=_each_once(each.evidence),
                reason=self.verdict.reason,
                wording=words.get("title", ""),
            )

    def _representatives(self, organization):
        """People in their roles; who is the same by address is one person."""
        people = {}
        for each in people_of(self.content, self.verdict.level):
            key = each.email.lower() or each.name
            person = people.get(key)
            if person is None:
                person = people[key] = self._person(each)
            if not self._has_role(organization, person, each.role):
                self._represent(organization, person, each)

    def _has_role(self, organization, person, role):
        """Whether `person` has it already; whoever else had it has it no longer."""
        first = self.verdict.starts_on
        terms = organization.representatives.on(first).filter(role=role)
        for term in terms.exclude(person=person):
            term.ended_on = first
            keep(term)
        return terms.filter(person=person).exists()

    def _represent(self, organization, person, asked):
        representative = Representative(organization=organization, person=person)
        representative.role = asked.role
        representative.started_on = self.verdict.starts_on
        if asked.is_public:
            representative.visibility = Visibility.PUBLIC
        keep(representative)

    def _person(self, asked):
        """Whom the registry knows by this address, or somebody new."""
        known = Person.objects.filter(email__iexact=asked.email) if asked.email else ()
        # One with an account first.
        known = sorted(known, key=lambda each: (not each.account_id, each.pk))
        new = Person(name=asked.name, email=asked.email, affiliation=asked.affiliation)
        person = known[0] if known else keep(new)
        invitations = self.application.invitations.unused().filter(
            role="", person=None, email__iexact=asked.email
        )
        invitations.update(person=person)
        return person


def people_of(content, level):
    """Whom a member at `level` gets: a level without seats has no seat holder."""
    return [
        each
        for each in content.people
        if each.role != "seat_holder" or level.has_own_seat
    ]


def take_turns_in_accepting():
    """Two at once could make the same name, address or community."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACCEPTING])


def _known(communities, keys):
    return list({communities[key] for key in keys if key in communities})


def _each_once(evidence):
    return list({url: (title, url) for title, url in evidence}.values())


def _free_community_slug(name):
    base = slugify(name)[:70] or "community"
    taken = set(
        Community.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    ) | {AT_LARGE_SLUG}
    candidates = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *candidates) if slug not in taken)
