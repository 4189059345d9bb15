"""Rows for the tables out of stories, with the events that the verbs would record."""

import datetime as dt
from collections import defaultdict

from goals.models import (
    Commitment,
    CommitmentApproach,
    CommitmentCommunity,
    Evidence,
)
from members.models import (
    Decision,
    Event,
    Host,
    Membership,
    Name,
    OldSlug,
    Organization,
    Person,
    Representative,
    Service,
)

# What is copied into which columns, in the order in which tables refer to each other.
COLUMNS = {
    Organization: (
        "id, public_id, slug, name, short_name, focus, description, website, "
        "successor_id, succeeded_on, is_example, unknown"
    ),
    Name: "organization_id, kind, text, language, ended_on",
    OldSlug: "slug, organization_id",
    Decision: (
        "id, kind, organization_id, question, ground, body, clause, votes_for, "
        "votes_against, outcome, decided_by_id, decided_at, reason"
    ),
    Membership: (
        "id, organization_id, level_id, started_on, ended_on, end_reason, earlier_id, "
        "admission_id, termination_id"
    ),
    Service: "organization_id, community_id, how, started_on, ended_on",
    Host: "organization_id, institution_id, role, started_on, ended_on",
    Person: "id, name, affiliation, email, email_visibility",
    Representative: (
        "organization_id, person_id, role, visibility, started_on, ended_on"
    ),
    Commitment: (
        "id, organization_id, goal_id, effort, statement, started_on, ended_on, "
        "confirmed_on"
    ),
    CommitmentApproach: "commitment_id, approach_id",
    CommitmentCommunity: "commitment_id, community_id",
    Evidence: "commitment_id, title, url, added_on",
    Event: (
        "organization_id, membership_id, verb, effective_on, at, by_id, "
        "before, after, reason"
    ),
}
_ORDER = {"withdrawn": 0, "ended": 1}
_BODY = "Steering Committee"
_CLAUSES = {
    "admission": "Charter, membership",
    "termination": "Charter, membership; by-laws, supermajority",
}


class Rows:
    """The rows of some stories: `tables` maps a model to tuples in `COLUMNS`' order."""

    def __init__(self, registry, keys, *, account):
        self.registry, self.keys, self.account = registry, keys, account
        self.tables = defaultdict(list)
        self.happened = []
        self.known_people = {}

    def add(self, story):
        organization = self.registry.organizations[story.short_name]
        self.happened = []
        self.add_organization(organization, story)
        self.add_stays(organization, story)
        self.add_ties(organization, story)
        before = None
        for pledge in story.pledges:
            self.add_pledge(organization, pledge)
            self.add_pledge_events(pledge, before)
            before = pledge
        self.add_events(organization)

    def put(self, model, *values):
        self.tables[model].append(values)

    def happen(self, verb, on, *, before="", after="", reason="", membership=None):
        self.happened.append((on, verb, before, after, reason, membership))

    def add_organization(self, organization, story):
        successor = self.registry.organizations.get(story.successor)
        self.put(
            Organization,
            organization,
            story.public_id,
            story.slug,
            story.name,
            story.short_name,
            story.focus,
            story.description,
            story.website,
            successor,
            successor and story.succeeded_on,
            True,
            "{}",
        )
        for kind, text, language, ended_on in story.names:
            self.put(Name, organization, kind, text, language, ended_on)
        for slug in story.old_slugs:
            self.put(OldSlug, slug, organization)
        if story.renamed:
            on, before = story.renamed
            reason = "The old name no longer said what it does."
            self.happen(
                "renamed", on, before=before, after=story.full_name, reason=reason
            )

    def add_stays(self, organization, story):
        earlier, level_before = None, ""
        for stay in story.stays:
            key = next(self.keys[Membership])
            level = self.registry.levels[stay.level]
            self.put(
                Membership,
                key,
                organization,
                level.pk,
                stay.started_on,
                stay.ended_on,
                stay.end_reason,
                earlier,
                self.decision(organization, stay.admission),
                self.decision(organization, stay.termination),
            )
            self.happen(
                stay.begins,
                stay.started_on,
                before=level_before if stay.begins == "level_changed" else "",
                after=level.name,
                reason=stay.reason,
                membership=key,
            )
            if stay.ended_on and stay.end_reason != "level_changed":
                self.happen(
                    "ended",
                    stay.ended_on,
                    before=level.name,
                    after=Membership.EndReason(stay.end_reason).label,
                    reason=stay.why_ended,
                    membership=key,
                )
            earlier, level_before = key, level.name
        if story.successor in self.registry.organizations:
            after = self.registry.full_names[story.successor]
            self.happen("succeeded", story.succeeded_on, after=after)

    def decision(self, organization, resolution):
        if resolution is None:
            return None
        key = next(self.keys[Decision])
        self.put(
            Decision,
            key,
            resolution.kind,
            organization,
            resolution.question,
            resolution.ground,
            _BODY,
            _CLAUSES[resolution.kind],
            *resolution.votes,
            "carried",
            self.account.pk,
            noon(resolution.on),
            resolution.reason,
        )
        return key

    def add_ties(self, organization, story):
        registry = self.registry
        for slug, how, start, end in story.services:
            community = registry.communities[slug]
            self.put(Service, organization, community, how, start, end)
        for institution, role, start, end in story.hosts:
            key = registry.institutions[institution]
            self.put(Host, organization, key, role, start, end)
        for name, email, email_seen_by, role, seen_by, start, end in story.people:
            person = self.person(name, email, email_seen_by, story.circle)
            self.put(Representative, organization, person, role, seen_by, start, end)

    def person(self, name, email, seen_by, circle):
        """One row for somebody with several roles."""
        known = (name, circle)
        if known not in self.known_people:
            key = self.known_people[known] = next(self.keys[Person])
            self.put(Person, key, name, "", email, seen_by)
        return self.known_people[known]

    def add_pledge(self, organization, pledge):
        key, goal = next(self.keys[Commitment]), self.registry.goals[pledge.goal]
        self.put(
            Commitment,
            key,
            organization,
            goal.pk,
            pledge.effort,
            pledge.statement,
            pledge.started_on,
            pledge.ended_on,
            max(pledge.confirmations, default=pledge.started_on),
        )
        for position in pledge.approaches:
            self.put(CommitmentApproach, key, goal.approach_keys[position])
        for slug in pledge.communities:
            self.put(CommitmentCommunity, key, self.registry.communities[slug])
        for title, url, added_on in pledge.evidence:
            self.put(Evidence, key, title, url, added_on)

    def add_pledge_events(self, pledge, before):
        words, old = self.in_words(pledge), ""
        if before and (before.goal, before.ended_on) == (
            pledge.goal,
            pledge.started_on,
        ):
            old = self.in_words(before)
        self.happen("committed", pledge.started_on, before=old, after=words)
        for day in pledge.confirmations:
            self.happen("confirmed", day, before=words, after=words)
        if pledge.withdrawn:
            reason = "It is no longer a member."
            self.happen("withdrawn", pledge.ended_on, before=words, reason=reason)

    def in_words(self, pledge):
        effort = Commitment.Effort(pledge.effort).label.lower()
        return f"{self.registry.goals[pledge.goal].short_name}: {effort}"

    def add_events(self, organization):
        # On one day, commitments end before the membership, and that before all else.
        self.happened.sort(key=lambda row: (row[0], _ORDER.get(row[1], 2)))
        for minute, row in enumerate(self.happened):
            on, verb, before, after, reason, membership = row
            at = noon(on) - dt.timedelta(hours=11) + dt.timedelta(minutes=minute)
            self.put(
                Event,
                organization,
                membership,
                verb,
                on,
                at,
                self.account.pk,
                before,
                after,
                reason,
            )


def noon(day):
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)
