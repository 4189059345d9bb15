"""Writing the example into the database, and taking it out again."""

from random import Random

import pghistory
from django.apps import apps
from django.db import connection, transaction

from goals.example import invention, sketches, stories
from goals.example.rows import COLUMNS, Rows
from goals.models import Goal
from members.models import (
    Application,
    Community,
    Institution,
    Level,
    Organization,
    User,
)

_CHUNK = 500
# What an example does not bring along, or what tells of more than the example.
_KEPT = {"goal", "approach", "level", "policyvalue", "user", "import"}
# What stays as well where there are institutions of others, such as ROR's.
_INSTITUTIONS = {"institution", "institutionname", "institutionterm"}


class RefusedError(Exception):
    """The example cannot be loaded or removed; the message says why."""


class Registry:
    """Primary keys of what the rows refer to."""

    def __init__(self):
        self.levels = {level.slug: level for level in Level.objects.all()}
        self.goals = {}
        for goal in Goal.objects.prefetch_related("approaches"):
            goal.approach_keys = {a.position: a.pk for a in goal.approaches.all()}
            self.goals[goal.slug] = goal
        self.communities = dict(Community.objects.values_list("slug", "pk"))
        self.institutions = {}
        self.organizations, self.full_names = {}, {}


class Keys(dict):
    """model -> the next of its primary keys, drawn from its sequence."""

    def __missing__(self, model):
        self[model] = self.draw(model)
        return self[model]

    @staticmethod
    def draw(model):
        table, column = model._meta.db_table, model._meta.pk.column
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, %s)) "
                    "FROM generate_series(1, 1000)",
                    [table, column],
                )
                drawn = cursor.fetchall()
            yield from (key for (key,) in drawn)


def is_loaded(number, seed):
    """Whether the example of so many organizations, from that seed, is there."""
    found = Organization.objects.example()
    first = found.filter(public_id=stories.first_public_id(seed))
    return found.count() == Organization.objects.count() == number and first.exists()


def load(number, *, seed, on, progress=iter):
    """Write the example in one transaction: stopped at any moment, nothing is there."""
    with transaction.atomic():
        account = User.objects.registry()
        with pghistory.context(user=account.pk, command="load_example"):
            _lock()
            if Organization.objects.exists():
                raise RefusedError(
                    "There are organizations in the registry already: the example goes "
                    "into an empty one. (--remove takes an example out.)"
                )
            _write(number, seed, on, account, progress)
    _analyze()


def _lock():
    with connection.cursor() as cursor:
        # Two at once would both find the registry empty. Foreign keys are checked at
        # each statement, so that the server need not remember a million of them.
        cursor.execute("LOCK TABLE members_organization IN EXCLUSIVE MODE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _write(number, seed, on, account, progress):
    registry, keys = Registry(), Keys()
    _write_communities(registry)
    hosts = _write_institutions(registry, number)
    chunk = []
    for sketch in progress(_sketches(number, seed, hosts)):
        place = len(registry.organizations)
        story = stories.tell(sketch, number=place, seed=seed, on=on)
        registry.organizations[story.short_name] = next(keys[Organization])
        registry.full_names[story.short_name] = story.full_name
        chunk.append(story)
        if len(chunk) == _CHUNK or place == number - 1:
            _copy(chunk, registry, keys, account)
            chunk = []


def _sketches(number, seed, hosts):
    yield from sketches.handwritten()[:number]
    successor = sketches.handwritten()[0]["short_name"]
    for place in range(number - len(sketches.handwritten())):
        random = Random(f"{seed}:sketch:{place}")  # noqa: S311
        sketch = invention.sketch(place, random, hosts=hosts, successor=successor)
        yield sketch
        # Nobody merges into what was not there yet.
        if "left" not in sketch and sketch["joined"] > 3.1:
            successor = sketch["short_name"]


def _write_communities(registry):
    missing = [
        Community(kind=kind, **facts)
        for kind, facts in sketches.communities()
        if facts["slug"] not in registry.communities
    ]
    made = Community.objects.bulk_create(missing)
    registry.communities.update({community.slug: community.pk for community in made})


def _write_institutions(registry, number):
    """The keys of those institutions that invented organizations are hosted by."""
    facts = dict(sketches.institutions())
    if number > len(sketches.handwritten()):
        facts |= invention.institutions(min(number // 6 + 1, 2000))
    fields = ["name", "city", "country", "country_code", "latitude", "longitude"]
    made = Institution.objects.bulk_create(
        Institution(**dict(zip(fields, row, strict=True)), is_example=True)
        for row in facts.values()
    )
    keys = (institution.pk for institution in made)
    registry.institutions = dict(zip(facts, keys, strict=True))
    return list(facts)


def _copy(chunk, registry, keys, account):
    rows = Rows(registry, keys, account=account)
    for story in chunk:
        rows.add(story)
    with connection.cursor() as cursor:
        for model, columns in COLUMNS.items():
            table = model._meta.db_table
            # Names of our own models, nothing from outside.
            command = f"COPY {table} ({columns}) FROM STDIN"
            with cursor.copy(command) as copy:
                for row in rows.tables[model]:
                    copy.write_row(row)


def remove():
    """Take the example out, history included. Returns how many organizations it had.

    Institutions of others stay, with the history of all.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_organization IN EXCLUSIVE MODE")
        count = Organization.objects.example().count()
        if not count:
            return 0
        _refuse_what_is_not_of_the_example()
        with_others = Institution.objects.filter(is_example=False).exists()
        kept = _KEPT | _INSTITUTIONS if with_others else _KEPT
        tables = ", ".join(model._meta.db_table for model in _models(kept))
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        Institution.objects.filter(is_example=True).delete()
    _analyze()
    return count


def _refuse_what_is_not_of_the_example():
    ours = [facts["slug"] for _, facts in sketches.communities()]
    others = [
        *Organization.objects.filter(is_example=False)[:3],
        *Application.objects.order_by("pk")[:3],
        *Community.objects.exclude(slug__in=ours)[:3],
    ]
    if others:
        named = ", ".join(f"“{other}”" for other in others)
        raise RefusedError(
            f"Not everything in the registry is of the example ({named}): nothing was "
            "removed. To begin anew, start from an empty database."
        )


def _models(kept=_KEPT):
    """Every table of the registry, and their histories, but those that are kept."""
    for label in ("goals", "members"):
        for model in apps.get_app_config(label).get_models():
            tracked = getattr(model, "pgh_tracked_model", model)
            if tracked._meta.model_name not in kept:
                yield model


def _analyze():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(m._meta.db_table for m in _models()))
