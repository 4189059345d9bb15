"""Stories out of sketches: years before a day turned into dated facts.

Nothing here touches the database; `rows` makes rows of it.
"""

import datetime as dt
from random import Random

from django.utils.text import slugify

from goals.example.sketches import read
from goals.example.story import Pledge, Resolution, Stay, Story
from members.identifiers import ALPHABET, PUBLIC_ID_LENGTH, check_character

_YEAR = 365.25


class Calendar:
    """Years before the day `on`, as dates; some days later for each organization."""

    def __init__(self, on, random):
        self.on, self.shift = on, random.randrange(25)

    def __call__(self, years):
        day = self.on - dt.timedelta(days=round(years * _YEAR) - self.shift)
        return min(day, self.on - dt.timedelta(days=3))


def public_id(random):
    body = "".join(random.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH - 1))
    return body + check_character(body)


def first_public_id(seed):
    """By this an example is recognized as made from `seed`."""
    return public_id(_random(seed, 0))


def _random(seed, number):
    # Not for secrets: the same seed shall give the same example.
    return Random(f"{seed}:{number}")  # noqa: S311


def tell(sketch, *, number, seed, on):
    random = _random(seed, number)
    slug = sketch.get("slug") or slugify(sketch["short_name"])
    story = Story(
        public_id=public_id(random),
        slug=slug,
        name=sketch["name"],
        short_name=sketch["short_name"],
        focus=sketch["focus"],
        description=sketch["description"],
        website=f"https://{slug}.example.org/",
        circle=slug if sketch.get("is_invented") else "",
    )
    date = Calendar(on, random)
    story.stays = list(stays(sketch, date, random))
    names(story, sketch, date)
    services(story, sketch, date)
    hosts(story, sketch, date)
    story.people = list(people(story, sketch, date, random))
    for stay in spells(story.stays):
        story.pledges += pledges(sketch, stay, date, random, story.website)
    if sketch.get("left", {}).get("into"):
        story.successor = sketch["left"]["into"]
        story.succeeded_on = story.left_on
    return story


def stays(sketch, date, random):
    """The periods of membership, one after the other."""
    short = sketch["short_name"]
    stay = Stay(sketch["level"], date(sketch["joined"]), "Founding member.")
    if sketch["joined"] < 9.5:
        stay.reason = "Its application was accepted."
        stay.admission = admission(short, stay.started_on, random)
    for years, level, reason in sketch.get("changes", []):
        stay.ended_on, stay.end_reason = date(years), "level_changed"
        yield stay
        stay = Stay(level, date(years), reason, "level_changed")
    if "away" in sketch:
        left, back, why_left, why_back = sketch["away"]
        stay.ended_on, stay.end_reason = date(left), "resigned"
        stay.why_ended = why_left
        yield stay
        stay = Stay(stay.level, date(back), why_back, "reinstated")
        stay.admission = admission(short, stay.started_on, random)
    if left := sketch.get("left"):
        stay.ended_on, stay.end_reason = date(left["when"]), left["how"]
        stay.why_ended = left["reason"]
        if left["how"] == "terminated":
            stay.termination = termination(short, stay, left.get("votes", [9, 1]))
    yield stay


def admission(short, on, random):
    votes = random.randrange(7, 16), random.randrange(3)
    decided_on = on - dt.timedelta(days=random.randrange(3, 24))
    return Resolution("admission", f"Shall {short} become a member?", decided_on, votes)


def termination(short, stay, votes):
    # Only core members must take part (members.Level.must_take_part).
    grounds = {"core": "not_taking_part", "affiliate": "against_charter"}
    return Resolution(
        "termination",
        f"Shall the membership of {short} be terminated?",
        stay.ended_on - dt.timedelta(days=2),
        tuple(votes),
        grounds[stay.level],
        stay.why_ended,
    )


def spells(stays):
    """Pairs of the first day and the end of each unbroken time of membership."""
    found = []
    for stay in stays:
        if found and found[-1][1] == stay.started_on:
            found[-1] = found[-1][0], stay.ended_on
        else:
            found.append((stay.started_on, stay.ended_on))
    return found


def names(story, sketch, date):
    if "formerly" in sketch:
        name, short, years = sketch["formerly"]
        story.renamed = date(years), f"{name} ({short})"
        story.names.append(("former", name, "", date(years)))
        story.names.append(("short", short, "", date(years)))
        story.old_slugs.append(slugify(short))
    for language, text in sketch.get("translated", []):
        story.names.append(("translated", text, language, None))


def services(story, sketch, date):
    first, left = story.stays[0].started_on, story.left_on
    for slug, said in sketch["serves"].items():
        how, *years = [said] if isinstance(said, str) else said
        start, until = [*map(date, years), *[None] * 2][:2]
        end = min(filter(None, [until, left]), default=None)
        story.services.append((slug, how, start or first, end))


def hosts(story, sketch, date):
    """The place of an organization outlives its membership, but not itself."""
    gone = story.stays[-1].end_reason in ("dissolved", "merged")
    for role, key in (("host", "hosts"), ("partner", "partners")):
        for said in sketch.get(key, []):
            institution, *years = [said] if isinstance(said, str) else said
            start, until = [*map(date, years), *[None] * 2][:2]
            start = start or story.stays[0].started_on
            end = until or (story.left_on if gone else None)
            story.hosts.append((institution, role, start, end))


def people(story, sketch, date, random):
    """Rows of name, address, who sees it, role, who sees that, from, until."""
    domain = story.website.removeprefix("https://").rstrip("/")
    first = spells(story.stays)[-1][0]
    for name, role, seen_by, *years in sketch["people"]:
        address = f"{slugify(name).replace('-', '.') or 'office'}@{domain}"
        address_seen_by = seen_by if role == "primary_contact" else "staff"
        start = date(years[0]) if years else first
        if role == "seat_holder":
            # A seat comes with the level that the organization has now.
            start = story.stays[-1].started_on
            before = start + dt.timedelta(days=random.randrange(200, 900))
            if before < (story.left_on or date(0)):
                other = predecessor(random)
                yield other, "", "staff", role, "public", start, before
                start = before
        yield name, address, address_seen_by, role, seen_by, start, story.left_on


def predecessor(random):
    words = read("words")
    return f"{random.choice(words['given'])} {random.choice(words['family'])}"


def pledges(sketch, spell, date, random, website):
    first, end = spell
    for goal, said in sketch["commitments"].items():
        start = first + dt.timedelta(days=random.randrange(5, 40))
        last = end or date(0)
        if start >= last:
            continue
        days = (last - start).days
        if days > 1200 and said["effort"] != "endorses" and random.random() < 0.4:
            until = start + dt.timedelta(days=random.randrange(200, days - 500))
            yield Pledge(goal, "endorses", "", start, until)
            start = until
        pledge = Pledge(goal, said["effort"], said["text"], start, end)
        pledge.withdrawn = end is not None
        pledge.approaches = said.get("by", [])
        pledge.communities = said.get("for", [])
        pledge.confirmations = confirmations(start, last, random)
        if sketch.get("is_invented"):
            # Of thousands, those of ten years would be most of all rows.
            pledge.confirmations = pledge.confirmations[-1:]
        if said["effort"] != "endorses":
            pledge.evidence = list(evidence(goal, website, start, last, random))
        yield pledge


def confirmations(start, last, random):
    """About once a year; some have not been asked lately."""
    days, day = [], start
    while (day := day + dt.timedelta(days=random.randrange(300, 460))) < last:
        days.append(day)
    missed = random.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3])
    return days[: len(days) - missed] if missed else days


def evidence(goal, website, start, last, random):
    titles = read("words")["evidence"][goal]
    for title in random.sample(list(titles), random.choice([0, 1, 1, 2])):
        added = start + dt.timedelta(days=random.randrange(1 + (last - start).days))
        yield title, f"{website}{titles[title]}/", added
