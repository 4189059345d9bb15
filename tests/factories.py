"""Plain functions: every default is visible, every argument has a name."""

import datetime as dt
import os
from collections import defaultdict
from contextlib import contextmanager
from hashlib import sha256
from itertools import count

from django.contrib.auth.models import Permission

from goals.models import (
    Commitment,
    CommitmentApproach,
    CommitmentCommunity,
    Evidence,
    Goal,
)
from members.emails import Message
from members.models import (
    Application,
    Community,
    Decision,
    Host,
    Institution,
    Level,
    Mail,
    Membership,
    Name,
    Organization,
    Person,
    Representative,
    Service,
    User,
)

DAY = dt.date(2024, 1, 15)
LATER = dt.date(2025, 3, 1)
# What an authenticator app would hold; any base32.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# Several processes write into the database of the browser's tests.
_numbers = count(os.getpid() * 1000)
# The rows that each `in_bulk` holds back.
_held = []


@contextmanager
def in_bulk():
    """Rows made within are written at its end: each table's by one statement."""
    _held.append([])
    try:
        yield
    except BaseException:
        _held.pop()
        raise
    written_in_bulk(_held.pop())


def written_in_bulk(rows):
    """Tables are filled in the order in which `rows` first name them."""
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model, made in by_model.items():
        model.objects.bulk_create(made)


def _written(model, **facts):
    if not _held:
        return model.objects.create(**facts)
    row = model(**facts)
    _held[-1].append(row)
    return row


def user(*, permissions=(), staff=False, superuser=False, second_factor=None, **other):
    """`permissions` are code names, such as “admit_membership”.

    Whoever has rights has a second factor too, as rights take one.
    """
    number = next(_numbers)
    user = User.objects.create_user(
        f"user{number}",
        f"user{number}@example.org",
        is_staff=staff,
        is_superuser=superuser,
        **other,
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    if second_factor is None:
        second_factor = bool(staff or superuser or permissions)
    if second_factor:
        user.authenticator_set.create(type="totp", data={"secret": TOTP_SECRET})
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def officer():
    return user(superuser=True, staff=True)


def organization(
    *,
    name=None,
    short_name="",
    slug=None,
    focus="",
    description="",
    website="",
    **other,
):
    number = next(_numbers)
    return _written(
        Organization,
        name=name or f"Organization {number}",
        short_name=short_name,
        slug=slug or f"organization-{number}",
        focus=focus,
        description=description,
        website=website,
        **other,
    )


def level(*, slug="core"):
    return Level.objects.get(slug=slug)


def membership(*, organization, level="core", started_on=DAY, ended_on=None):
    """A period written as a row, without its event."""
    return _written(
        Membership,
        organization=organization,
        level=Level.objects.get(slug=level),
        started_on=started_on,
        ended_on=ended_on,
        end_reason="resigned" if ended_on else "",
    )


def member(*, level="core", started_on=DAY, ended_on=None, **organization_facts):
    """An organization with one period of membership."""
    member = organization(**organization_facts)
    membership(
        organization=member, level=level, started_on=started_on, ended_on=ended_on
    )
    return member


def name(*, organization, text, kind="former", language="", ended_on=None):
    return _written(
        Name,
        organization=organization,
        text=text,
        kind=kind,
        language=language,
        ended_on=ended_on,
    )


def community(*, name=None, slug=None, kind="community", description=""):
    number = next(_numbers)
    return _written(
        Community,
        kind=kind,
        name=name or f"Community {number}",
        slug=slug or f"community-{number}",
        description=description,
    )


def service(*, organization, community, how="", started_on=DAY, ended_on=None):
    return _written(
        Service,
        organization=organization,
        community=community,
        how=how,
        started_on=started_on,
        ended_on=ended_on,
    )


def institution(
    *, name=None, ror_id=None, country="Germany", country_code="DE", **other
):
    return _written(
        Institution,
        name=name or f"Institution {next(_numbers)}",
        ror_id=ror_id,
        country=country,
        country_code=country_code,
        **other,
    )


def host(*, organization, institution, role="host", started_on=DAY, ended_on=None):
    return _written(
        Host,
        organization=organization,
        institution=institution,
        role=role,
        started_on=started_on,
        ended_on=ended_on,
    )


def goal(*, slug="workforce"):
    return Goal.objects.get(slug=slug)


def commitment(
    *,
    organization,
    goal="workforce",
    effort="leads",
    statement="",
    communities=(),
    approaches=(),
    evidence=(),
    started_on=DAY,
    ended_on=None,
    confirmed_on=None,
):
    """A commitment written as rows; `evidence` is addresses."""
    commitment = _written(
        Commitment,
        organization=organization,
        goal=Goal.objects.get(slug=goal),
        effort=effort,
        statement=statement,
        started_on=started_on,
        ended_on=ended_on,
        confirmed_on=confirmed_on,
    )
    for each in communities:
        _written(CommitmentCommunity, commitment=commitment, community=each)
    for each in approaches:
        _written(CommitmentApproach, commitment=commitment, approach=each)
    for url in evidence:
        _written(Evidence, commitment=commitment, title=url, url=url)
    return commitment


def person(*, name=None, affiliation="", email="", email_visibility="staff"):
    return _written(
        Person,
        name=name or f"Person {next(_numbers)}",
        affiliation=affiliation,
        email=email,
        email_visibility=email_visibility,
    )


def representative(
    *,
    organization,
    person=None,
    role="lead",
    visibility="public",
    started_on=DAY,
    ended_on=None,
):
    return _written(
        Representative,
        organization=organization,
        person=person or globals()["person"](),
        role=role,
        visibility=visibility,
        started_on=started_on,
        ended_on=ended_on,
    )


def mail(*, subject="A subject", text="Some words\n", to="ada@example.org", **options):
    """`options` are those of Mail.objects.write, and `secret`."""
    secret = options.pop("secret", False)
    message = Message("test", subject, text, is_secret=secret)
    return Mail.objects.write(message, to=to, **options)


def decision(*, organization=None, kind="termination", outcome="carried", by=None):
    """A decision taken on `DAY`; a termination is for working against the charter."""
    return Decision.objects.create(
        kind=kind,
        organization=organization,
        question="Shall it be so?",
        ground="against_charter" if kind == "termination" else "",
        outcome=outcome,
        decided_by=(by or officer()) if outcome else None,
        decided_at=dt.datetime(2024, 1, 15, 12, tzinfo=dt.UTC) if outcome else None,
    )


def applicant(*, email=None):
    """Somebody with an account and no rights."""
    number = next(_numbers)
    return User.objects.create_user(
        f"applicant{number}", email=email or f"applicant{number}@example.org"
    )


def reviewer():
    return user(permissions=["review_application"])


def answers(**changed):
    """All answers that an application needs, as forms give them; `changed` by key.

    Keys with hyphens are written with two underscores: `lead__email="…"`.
    """
    number = next(_numbers)
    community = Community.objects.first() or globals()["community"]()
    given = {
        # So unlike that no application is taken for another.
        "name": f"Applicant {sha256(str(number).encode()).hexdigest()[:16]}",
        "short_name": f"APP{number}",
        "focus": "Solvers for all",
        "website": f"https://applicant{number}.example.org",
        "communities": [str(community.pk)],
        f"how-{community.pk}": "By writing solvers",
        "lead-name": "Ada Lovelace",
        "lead-email": f"lead{number}@example.org",
        "primary_contact-name": "Grace Hopper",
        "primary_contact-email": f"contact{number}@example.org",
        "seat_holder-name": "Ada Lovelace",
        "seat_holder-email": f"lead{number}@example.org",
        "level": "core",
        "agreement": True,
    }
    for each in Goal.objects.all():
        given[f"{each.slug}-effort"] = "contributes"
        given[f"{each.slug}-statement"] = f"We contribute to {each.short_name}."
    given |= {key.replace("__", "-"): value for key, value in changed.items()}
    return given


def application(*, by=None, state="draft", given=None):
    """An application that its verbs brought to `state`, decided by an officer."""
    by = by or applicant()
    application = Application.open(by=by)
    if given is None:
        given = answers()
    saved = application.save_answers(given, by=by)
    assert saved.is_complete, saved.problems
    _bring(application, state, by)
    return application


def _bring(application, state, by):
    states = Application.State
    if state == states.DRAFT:
        return
    if state in (states.WITHDRAWN, states.EXPIRED):
        if state == states.WITHDRAWN:
            application.withdraw(by=by)
        else:
            application.expire(by=officer())
        return
    application.submit(by=by)
    if state == states.SUBMITTED:
        return
    by_reviewer = officer()
    application.take_up(by=by_reviewer)
    if state == states.CHANGES_REQUESTED:
        application.request_changes(by=by_reviewer, text="Please say more.")
    elif state != states.IN_REVIEW:
        application.recommend(by=by_reviewer, advice="accept", reasons="They fit.")
        application.put_forward(by=by_reviewer)
        if state != states.RECOMMENDED:
            stage(application, outcome="accept" if state == "accepted" else "decline")
            application.release(by=by_reviewer)


def stage(application, *, outcome="accept", by=None, **other):
    facts = {"reason": "It was decided so.", "clause": "By-laws, 2"} | other
    if outcome == "accept":
        facts = {"level": level(), "starts_on": LATER} | facts
    return application.stage(by=by or officer(), outcome=outcome, **facts)
