"""Which institution somebody means by what they typed.

The database finds candidates by the rarest of the words, by their beginnings and by
what they may be mistyped for; each is then scored by how much of the words it explains
and how much of its name they explain, weighed by rarity.
"""

from dataclasses import dataclass

from members.matching import candidates, ranking, reading


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


def matching(q: str, country: str | None = None, limit: int = 20) -> list[Match]:
    """The institutions that `q` may mean, the likeliest first.

    `country` is two capitals after ISO 3166. The successor stands for a withdrawn
    institution, and `matched_name` tells by which name it was found.
    """
    query = reading.read(q)
    found = ranking.ranked(query, candidates.find(query, country))
    return [_match(name, score) for score, name in found[:limit]]


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
