"""Organizations beyond the hand-written ones, made of parts, in the same shape.

The n-th one has the n-th name of a fixed walk through all combinations of parts, so no
two are alike and none has to be remembered.
"""

from itertools import product

from goals.example.sketches import communities, read

# Consonant, vowel, consonant, vowel, consonant: read the same by everybody, and unlike
# each of the hand-written short names.
_ACRONYM = ("BDFHKLMPRSTVWZ", "AEIOU", "BDFKLNRSTVZ", "AEIOU", "KLMNRTX")
_STEP = 7919  # a prime that divides no number of combinations: the walk meets them all
_HOW_LEFT = ["resigned", "resigned", "dissolved", "merged", "terminated"]
_EFFORTS = [
    "leads",
    "contributes",
    "contributes",
    "contributes",
    "endorses",
    "endorses",
]
_SHARE_LEFT, _SHARE_CHANGED, _SHARE_RENAMED = 0.15, 0.2, 0.06


def acronym(number):
    """The `number`-th short name; past the last one they start again, numbered."""
    places, again = number * _STEP, ""
    total = 1
    for letters in _ACRONYM:
        total *= len(letters)
    if number >= total:
        again = f" {number // total + 1}"
    word = ""
    for letters in _ACRONYM:
        places, place = divmod(places, len(letters))
        word += letters[place]
    return word + again


def name_parts(number):
    """The form, quality, subject and field of the `number`-th name."""
    parts, rest = [], number * _STEP
    for key in ("forms", "qualities", "subjects", "fields"):
        words = read("words")[key]
        rest, place = divmod(rest, len(words))
        parts.append(words[place])
    return parts


def institutions(number):
    """`number` institutions in the cities of the hand-written ones."""
    words = read("words")
    cities = list(read("institutions").values())
    combined = product(words["places"], words["institutions"])
    names = [f"{place} {kind}" for place, kind in combined]
    return {
        f"invented-{i}": [names[i * 17 % len(names)], *cities[i % len(cities)][1:]]
        for i in range(number)
    }


def sketch(number, random, *, hosts, successor):
    """The `number`-th invented organization.

    `hosts` are keys of institutions, `successor` the short name of a current member.
    """
    words = read("words")
    form, quality, subject, field = name_parts(number)
    short = acronym(number)
    terms = {
        "short": short,
        "quality": quality.lower(),
        "subject": subject.lower(),
        "field": field.lower(),
    }
    joined = round(random.uniform(0.1, 9.9), 2)
    slugs = random.sample([facts["slug"] for _, facts in communities()], 2)
    languages = list(words["translations"])
    made = {
        "is_invented": True,
        "short_name": short,
        "name": f"{form} for {quality} {subject} in {field}",
        "focus": sentence(words["focus"], random, terms),
        "description": sentence(words["description"], random, terms),
        "joined": joined,
        "level": random.choice(["core", "affiliate", "affiliate"]),
        "hosts": random.sample(hosts, 1 if random.random() < 0.7 else 2),
        "serves": {
            slug: sentence(words["service"], random, terms)
            for slug in slugs[: 1 if random.random() < 0.6 else 2]
        },
        "people": people(random),
        "commitments": commitments(random, slugs, terms),
    }
    if random.random() < 0.15:
        language = random.choice(languages)
        text = words["translations"][language].format(short)
        made["translated"] = [[language, text]]
    made.update(turns(random, made, form, successor))
    return made


def sentence(lists, random, terms):
    text = " ".join(random.choice(words) for words in lists).format(**terms)
    return text[0].upper() + text[1:]


def people(random):
    words = read("words")
    names = [
        f"{random.choice(words['given'])} {random.choice(words['family'])}"
        for _ in range(2)
    ]
    seen_by = random.choice(["public", "public", "public", "members", "staff"])
    rows = [[names[0], "lead", seen_by]]
    if random.random() < 0.7:
        rows.append([names[-1], "primary_contact", "members"])
    if random.random() < 0.3:
        rows.append([names[0], "seat_holder", "public"])
    return rows


def commitments(random, slugs, terms):
    words = read("words")
    goals = list(words["statements"])
    chosen = random.sample(goals, random.choice([2, 3, 4, 4, 5, 6]))
    return {
        goal: {
            "effort": random.choice(_EFFORTS),
            "by": [1] if random.random() < 0.6 else [],
            "for": random.sample(slugs, random.choice([0, 1, 1, 2])),
            "text": sentence(words["statements"][goal], random, terms)
            if random.random() < 0.9
            else "",
        }
        for goal in goals
        if goal in chosen
    }


def turns(random, made, form, successor):
    """What changed since it joined, if anything."""
    joined, turn = made["joined"], {}
    if joined < 1.5:
        return turn
    if random.random() < _SHARE_RENAMED:
        old = made["name"].replace(form, f"Former {form}", 1)
        when = round(joined * random.uniform(0.6, 0.9), 2)
        turn["formerly"] = [old, f"{made['short_name']}-X", when]
    if random.random() < _SHARE_CHANGED:
        other = {"core": "affiliate", "affiliate": "core"}[made["level"]]
        when = round(joined * random.uniform(0.4, 0.8), 2)
        turn["changes"] = [[when, other, "At the organization's request."]]
    if random.random() < _SHARE_LEFT:
        how = random.choice(_HOW_LEFT)
        when = round(joined * random.uniform(0.05, 0.3), 2)
        turn["left"] = {"when": when, "how": how, "reason": "Told to the committee."}
        if how == "merged":
            turn["left"]["into"] = successor
    return turn
