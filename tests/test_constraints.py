"""What the database refuses by itself, whoever asks: each constraint, by raw SQL."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from goals.models import Approach
from tests import factories
from tests.applying.test_constraints import REFUSED as OF_APPLICATIONS
from tests.factories import DAY, LATER

# name of the constraint -> an SQL command that it must refuse
REFUSED = {
    # organizations and their names
    "organization_name_unique": """
        UPDATE members_organization SET name = '  ÉCOLE\u00a0 of   Codes '
        WHERE id = {other}""",
    "organization_short_name_unique": """
        UPDATE members_organization SET short_name = 'Éoc' WHERE id = {other}""",
    "organization_name_given": """
        UPDATE members_organization SET name = E' \\u200b\\u00a0'
        WHERE id = {member}""",
    "organization_public_id_valid": """
        UPDATE members_organization SET public_id = '00000001' WHERE id = {member}""",
    "organization_successor_dated": """
        UPDATE members_organization SET successor_id = {other} WHERE id = {member}""",
    "organization_not_its_own_successor": """
        UPDATE members_organization SET successor_id = id, succeeded_on = '2025-01-01'
        WHERE id = {member}""",
    "organization_slug_free": """
        UPDATE members_organization SET slug = 'once-ours' WHERE id = {other}""",
    "name_kind_known": "UPDATE members_name SET kind = 'nick'",
    "name_translated_has_language": "UPDATE members_name SET kind = 'translated'",
    "name_once": """
        INSERT INTO members_name (organization_id, kind, text, language)
        VALUES ({member}, 'former', 'ZURICH  codes', '')""",
    # accounts
    "user_email_once": """
        INSERT INTO members_user (username, email, password, first_name, last_name,
            is_superuser, is_staff, is_active, date_joined)
        SELECT 'another', upper(email), '', '', '', false, false, true, now()
        FROM members_user WHERE email <> '' LIMIT 1""",
    "user_registry_never_signs_in": """
        UPDATE members_user SET username = 'Registry', is_active = true
        WHERE id = (SELECT min(id) FROM members_user)""",
    # communities, services, institutions, hosts
    "community_kind_known": "UPDATE members_community SET kind = 'club'",
    "community_slug_not_reserved": """
        UPDATE members_community SET slug = 'ecosystem-at-large'""",
    "community_name_unique": """
        INSERT INTO members_community (kind, name, slug, description)
        VALUES ('capability', 'FUSION', 'fusion-2', '')""",
    "service_ends_after_start": """
        UPDATE members_service SET ended_on = started_on - 1""",
    "service_once_at_a_time": """
        INSERT INTO members_service
            (organization_id, community_id, how, started_on, ended_on)
        VALUES ({member}, {community}, '', '2023-01-01', '2024-01-16')""",
    "institution_ror_id_valid": """
        UPDATE members_institution SET ror_id = '05gq02988'""",
    "institution_country_code_valid": """
        UPDATE members_institution SET country_code = 'd1'""",
    "institution_place_on_earth": """
        UPDATE members_institution SET latitude = 91, longitude = 0""",
    "institution_status_known": "UPDATE members_institution SET status = 'asleep'",
    "institution_not_its_own": "UPDATE members_institution SET parent_id = id",
    "host_ends_after_start": "UPDATE members_host SET ended_on = started_on - 1",
    "host_role_known": "UPDATE members_host SET role = 'owner'",
    "facet_period_ends_after_start": """
        UPDATE members_facetperiod SET ended_on = started_on - 1""",
    "facet_period_once": """
        INSERT INTO members_facetperiod
            (organization_id, started_on, is_current, facts)
        SELECT organization_id, started_on, is_current, facts
        FROM members_facetperiod""",
    "facet_count_ends_after_start": """
        UPDATE members_facetcount SET ended_on = started_on - 1""",
    "host_once_at_a_time": """
        INSERT INTO members_host (organization_id, institution_id, role, started_on)
        VALUES ({member}, {institution}, 'partner', '2030-01-01')""",
    # memberships, levels, policy
    "membership_ends_after_start": """
        UPDATE members_membership SET ended_on = started_on - 1,
        end_reason = 'resigned' WHERE id = {membership}""",
    "membership_end_has_reason": """
        UPDATE members_membership SET ended_on = '2030-01-01'
        WHERE id = {membership}""",
    "membership_end_reason_known": """
        UPDATE members_membership SET ended_on = '2030-01-01', end_reason = 'bored'
        WHERE id = {membership}""",
    "membership_termination_has_decision": """
        UPDATE members_membership SET ended_on = '2030-01-01',
        end_reason = 'terminated' WHERE id = {membership}""",
    "membership_no_overlap": """
        INSERT INTO members_membership
            (organization_id, level_id, started_on, ended_on, end_reason)
        SELECT organization_id, level_id, '2020-01-01', '2024-01-16', 'resigned'
        FROM members_membership WHERE id = {membership}""",
    "policy_value_once_a_day": """
        INSERT INTO members_policyvalue (key, value, started_on, source)
        SELECT key, '3/4', started_on, '' FROM members_policyvalue
        WHERE key = 'supermajority'""",
    "policy_value_readable": "UPDATE members_policyvalue SET value = 'about half'",
    # people
    "representative_ends_after_start": """
        UPDATE members_representative SET ended_on = started_on - 1""",
    "representative_role_known": "UPDATE members_representative SET role = 'king'",
    "representative_visibility_known": """
        UPDATE members_representative SET visibility = 'some'""",
    "representative_one_seat_holder": """
        INSERT INTO members_representative
            (organization_id, person_id, role, visibility, started_on, ended_on)
        VALUES ({member}, {deputy}, 'seat_holder', 'staff', '2023-01-01', '2024-01-16')
        """,
    "representative_once_in_a_role": """
        INSERT INTO members_representative
            (organization_id, person_id, role, visibility, started_on)
        VALUES ({member}, {deputy}, 'lead', 'public', '2030-01-01')""",
    # decisions and events
    "decision_has_decider_and_time": """
        UPDATE members_decision SET decided_at = NULL""",
    "decision_words_known": "UPDATE members_decision SET outcome = 'perhaps'",
    "decision_termination_has_ground": "UPDATE members_decision SET ground = ''",
    "event_verb_known": """
        INSERT INTO members_event
            (organization_id, verb, effective_on, by_id, before, after, reason)
        VALUES ({member}, 'danced', '2025-01-01', {user}, '', '', '')""",
    # mails
    "mail_words_known": "UPDATE members_mail SET state = 'lost'",
    "mail_editor_has_time": "UPDATE members_mail SET edited_by_id = by_id",
    "mail_queued_has_time": "UPDATE members_mail SET state = 'queued'",
    "mail_sent_has_time_and_way": "UPDATE members_mail SET state = 'sent'",
    "mail_failed_has_reason": "UPDATE members_mail SET state = 'failed'",
    "mail_handed_over_while_sending": "UPDATE members_mail SET handed_over_at = now()",
    # goals and commitments
    "approach_position_unique": """
        INSERT INTO goals_approach (goal_id, position, text)
        SELECT goal_id, position, text FROM goals_approach LIMIT 1""",
    "commitment_ends_after_start": """
        UPDATE goals_commitment SET ended_on = started_on - 1""",
    "commitment_effort_known": "UPDATE goals_commitment SET effort = 'watches'",
    "commitment_confirmed_after_start": """
        UPDATE goals_commitment SET confirmed_on = started_on - 1""",
    "commitment_one_for_each_goal": """
        INSERT INTO goals_commitment
            (organization_id, goal_id, effort, statement, started_on)
        SELECT organization_id, goal_id, 'endorses', '', '2030-01-01'
        FROM goals_commitment""",
    "commitment_approach_once": """
        INSERT INTO goals_commitmentapproach (commitment_id, approach_id)
        SELECT commitment_id, approach_id FROM goals_commitmentapproach""",
    "commitment_approach_fits": """
        INSERT INTO goals_commitmentapproach (commitment_id, approach_id)
        SELECT c.id, a.id FROM goals_commitment c, goals_approach a
        WHERE a.goal_id <> c.goal_id LIMIT 1""",
    "commitment_community_once": """
        INSERT INTO goals_commitmentcommunity (commitment_id, community_id)
        SELECT commitment_id, community_id FROM goals_commitmentcommunity""",
    "evidence_once": """
        INSERT INTO goals_evidence (commitment_id, title, url)
        SELECT commitment_id, 'again', url FROM goals_evidence""",
}
# These two are triggers: no constraint can look into another table.
BY_TRIGGER = {"organization_slug_free", "commitment_approach_fits"}


def one_of_everything():
    """One row of everything, and the keys that the commands above need."""
    member = factories.member(name="Ecole of codes", short_name="EOC")
    other = factories.organization()
    member.old_slugs.create(slug="once-ours")
    factories.name(organization=member, text="Zürich Codes")
    community = factories.community(name="Fusion", slug="fusion")
    factories.service(organization=member, community=community)
    institution = factories.institution(ror_id="05gq02987")
    factories.host(organization=member, institution=institution)
    factories.representative(organization=member, role="seat_holder")
    deputy = factories.representative(organization=member, role="lead").person
    factories.decision(organization=member)
    factories.mail(held=True)
    factories.commitment(
        organization=member,
        communities=[community],
        approaches=Approach.objects.filter(goal__slug="workforce"),
        evidence=["https://example.org/report"],
    )
    return {
        "member": member.pk,
        "other": other.pk,
        "membership": member.memberships.get().pk,
        "community": community.pk,
        "institution": institution.pk,
        "deputy": deputy.pk,
        "user": factories.user().pk,
    }


@pytest.fixture(scope="module")
def made(kept):
    return kept(one_of_everything)


@pytest.fixture(autouse=True)
def rows(made, db):
    return made


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(rows, name):
    with pytest.raises(IntegrityError) as refusal:
        run(REFUSED[name].format(**rows))

    assert refusal.value.__cause__.diag.constraint_name == name


def test_every_constraint_is_tried():
    declared = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in {"members", "goals"}
        for constraint in model._meta.constraints
    }

    assert REFUSED.keys() | OF_APPLICATIONS.keys() == declared | BY_TRIGGER


NEVER_DELETED = [
    "goals_goal",
    "goals_approach",
    "goals_commitment",
    "members_decision",
    "members_event",
    "members_level",
    "members_mail",
    "members_membership",
    "members_organization",
    "members_policyvalue",
    "members_representative",
]


@pytest.mark.parametrize("table", NEVER_DELETED)
def test_what_answers_for_ever_is_never_deleted(rows, table):
    member = factories.member()
    member.events.create(verb="admitted", effective_on=DAY, by=factories.user())

    with pytest.raises(Exception, match=r"Cannot (update or )?delete rows"):
        run(f"DELETE FROM {table}")


def test_an_event_is_never_changed():
    member = factories.member()
    member.events.create(verb="admitted", effective_on=DAY, by=factories.user())

    with pytest.raises(Exception, match="Cannot update or delete rows"):
        run("UPDATE members_event SET reason = 'another'")


def test_periods_that_follow_each_other_are_accepted():
    member = factories.member(ended_on=LATER)
    factories.membership(organization=member, started_on=LATER)
    factories.commitment(organization=member, ended_on=LATER)
    factories.commitment(organization=member, started_on=LATER)

    assert (member.memberships.count(), member.commitments.count()) == (2, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zürich", "ZURICH"),
        ("Straße", "STRASSE"),
        ("ＣＥＲＮ", "cern"),
        ("a\u200bb\u202ec", "ABC"),
        ("Ｘ　Ｙ", " x  y "),
        ("مُحَمَّد", "محمد"),
        ("Ёлка", "ЕЛКА"),
    ],
)
def test_folding_forgives_case_accents_and_spaces(one, other):
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_fold(%s), registry_fold(%s)", [one, other])
        first, second = cursor.fetchone()

    assert first == second
