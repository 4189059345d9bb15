"""The public API of the members: what anyone may ask, without a cookie."""

from ninja import Query, Router, Schema

from members.answers import refusal
from members.matching import institutions as matching
from members.matching import reading

router = Router(tags=["institutions"])


class InstitutionMatch(Schema):
    ror_id: str | None
    name: str
    matched_name: str
    country: str
    country_code: str
    status: str
    score: float


class InstitutionMatches(Schema):
    items: list[InstitutionMatch]
    count: int


@router.get("/institutions", response=InstitutionMatches, url_name="institutions")
def institutions(
    request,
    q: str = Query(
        min_length=1,
        max_length=reading.LONGEST,
        description="A name or an acronym, also mistyped, abbreviated or only begun.",
    ),
    country: str | None = Query(
        None, pattern="^[A-Za-z]{2}$", description="Two letters, after ISO 3166."
    ),
    limit: int = Query(20, ge=1, le=100),
):
    """Institutions that may be meant, the likeliest first.

    `matched_name` is the name by which one was found, `score` is from 0 to 1. The
    successor stands for an institution that ROR has withdrawn.
    """
    if unknown := set(request.GET) - {"q", "country", "limit"}:
        return refusal({name: ["There is no such parameter."] for name in unknown})
    found = matching.matching(q, country and country.upper(), limit)
    return {"items": found, "count": len(found)}
