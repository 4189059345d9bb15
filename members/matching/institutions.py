"""Which institution somebody means by what they typed.

The database finds candidates by the rarest of the words, by their beginnings and by
what they may be mistyped for; each is then scored by how much of the words it explains
and how much of its name they explain, weighed by rarity.
"""

from dataclasses import dataclass

from members.identifiers import read_ror_id
from members.matching import candidates, ranking, reading
from members.models import Institution

USUAL = 20
# What scores less, or less than this part of the best, is not meant.
LEAST, PART_OF_BEST = 0.3, 0.4


@dataclass(frozen=True, slots=True)
class Match:
    """An institution that may be meant; `score` is from 0 to 1."""

    pk: int
    ror_id: str | None
    name: str
    matched_name: str
    city: str
    country: str
    country_code: str
    status: str
    score: float

    @property
    def ror_url(self):
        return f"https://ror.org/{self.ror_id}" if self.ror_id else ""

    @property
    def label(self):
        return ", ".join(filter(None, [self.name, self.city, self.country]))


def matching(
    q: str, country: str | None = None, limit: int = USUAL, *, public: bool = True
) -> list[Match]:
    """The institutions that `q` may mean, the likeliest first.

    A ROR id means the one that has it. `country` is two capitals after ISO 3166. The
    successor stands for a withdrawn institution, and `matched_name` tells by which name
    it was found. Those that nobody but an applicant has named are not `public`.
    """
    if ror_id := read_ror_id(q):
        return _with_id(ror_id, country)
    query = reading.read(q)
    found = ranking.ranked(query, candidates.find(query, country))
    enough = max(LEAST, PART_OF_BEST * found[0][0]) if found else 0
    found = [(score, name) for score, name in found if score >= enough]
    if public:
        found = _public(found)
    return [_match(name, score) for score, name in found[:limit]]


def _public(found):
    """Those of ROR, and those with which an organization of the directory is."""
    own = [name.pk for _, name in found if not name.ror_id]
    if not own:
        return found
    shown = set(Institution.objects.hosting().filter(pk__in=own).values_list("pk"))
    return [each for each in found if each[1].ror_id or (each[1].pk,) in shown]


def _with_id(ror_id, country):
    found = Institution.objects.filter(ror_id=ror_id).first()
    if not found or country not in (None, found.country_code):
        return []
    facts = [getattr(found, each) for each in ("city", "country", "country_code")]
    names = [found.name, found.name]
    return [Match(found.pk, ror_id, *names, *facts, found.status, score=1.0)]


def _match(name, score):
    return Match(
        name.pk,
        name.ror_id,
        name.name,
        name.matched_name,
        name.city,
        name.country,
        name.country_code,
        name.status,
        round(min(max(score, 0), 1), 4),
    )
