"""The names that may be meant, from the database: few enough to be looked at."""

from dataclasses import dataclass

from django.db import connection

# So many names are looked through for terms, and so many are handed on.
BUDGET, MOST = 400, 60
# How many begin with what is being typed.
BEGINNINGS = 60

FIND = """
WITH hit AS MATERIALIZED (
    SELECT name.institution_id, name.text, name.terms, name.phrase, name.is_acronym
    FROM members_institutionname AS name {within}
    WHERE {condition}
    ORDER BY {coarse} DESC, name.id
    LIMIT %(most)s
)
SELECT found.id, found.ror_id, found.name, hit.text, found.city, found.country,
    found.country_code, found.status, hit.terms, hit.phrase, hit.is_acronym,
    found.place_terms, parent.name_terms, own.id <> found.id,
    coalesce(cardinality(found.other_names), 0)
FROM hit
JOIN members_institution AS own ON own.id = hit.institution_id
JOIN members_institution AS found ON found.id = coalesce(
    CASE WHEN own.status = 'withdrawn' THEN own.successor_id END, own.id)
LEFT JOIN LATERAL (
    SELECT array_agg(term) AS name_terms
    FROM members_institutionname AS name, unnest(name.terms) AS term
    WHERE name.institution_id = found.parent_id
) AS parent ON found.parent_id IS NOT NULL
"""
BEGINNING = f"""
name.id = ANY (ARRAY(
    SELECT id FROM members_institutionname
    WHERE phrase ~>=~ {{start}} AND phrase ~<~ {{end}}
    ORDER BY phrase USING ~<~ LIMIT {BEGINNINGS}))
"""  # noqa: S608
IN_COUNTRY = """
JOIN members_institution AS there
    ON there.id = name.institution_id AND there.country_code = %(country)s
"""


@dataclass(slots=True)
class Candidate:
    """A name that may be meant, and the institution that it stands for."""

    pk: int
    ror_id: str | None
    name: str
    matched_name: str
    city: str
    country: str
    country_code: str
    status: str
    terms: list[str]
    phrase: str
    is_acronym: bool
    place_terms: list[str]
    parent_terms: list[str] | None
    is_followed: bool
    other_names: int


def find(query, country=None) -> list[Candidate]:
    """The names with the rarest of the query's words, those with most of them first."""
    search = _Search(query, country)
    if not search.conditions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(search.sql(), search.values)
        return [Candidate(*row) for row in cursor.fetchall()]


class _Search:
    def __init__(self, query, country):
        self.query, self.country = query, country
        self.values = {"most": MOST, "country": country}
        self.conditions = []
        self._by_phrase()
        self._by_terms()

    def sql(self):
        return FIND.format(
            within=IN_COUNTRY if self.country else "",
            condition=" OR ".join(self.conditions),
            coarse=self._coarse(),
        )

    def _value(self, value):
        name = f"value{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def _by_phrase(self):
        phrase = self.query.phrase
        whole = [each for each in (phrase, *self.query.phrases) if each]
        if whole:
            self.conditions.append(f"name.phrase = ANY ({self._value(whole)})")
        if phrase and self.query.is_unfinished:
            start, end = self._value(phrase), self._value(phrase + chr(0x10FFFF))
            self.conditions.append(BEGINNING.format(start=start, end=end))

    def _by_terms(self):
        """Single terms while they are rare; where they are not, several together."""
        slots = sorted((s for s in self.query.slots if s.terms), key=lambda s: s.size)
        single, left, rare = [], BUDGET, 0
        for slot in slots:
            fitting = sorted(slot.terms, key=lambda t: (-slot.terms[t], slot.sizes[t]))
            taken = 0
            for term in fitting:
                if slot.sizes[term] <= left:
                    left -= slot.sizes[term]
                    single.append(term)
                    taken += 1
            rare += taken == len(fitting)
        if single:
            self.conditions.append(f"name.terms && {self._value(single)}::text[]")
        common = slots[rare:]
        if rare < 2 and len(common) > 1:
            self._together(common)

    def _together(self, slots):
        best = [max(slot.terms, key=slot.terms.get) for slot in slots[:4]]
        pairs = [best] if len(best) > 2 else []
        pairs += [[best[0], other] for other in best[1:3]]
        for terms in pairs:
            self.conditions.append(f"name.terms @> {self._value(terms)}::text[]")

    def _coarse(self):
        """What is found of the words, less what the name has beside them."""
        found = [
            f"{slot.weight * 10:.0f} * (name.terms && "
            f"{self._value(list(slot.terms))}::text[])::int"
            for slot in self.query.slots[:10]
            if slot.terms
        ]
        return " + ".join([*found, "0"]) + " - 5 * cardinality(name.terms)"
