"""What the registry keeps of a record of ROR (schema 2), and why it refuses one."""

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

from members.identifiers import read_ror_id

STATUSES = {"active", "inactive", "withdrawn"}
LONGEST = {"name": 300, "city": 200, "country": 100, "website": 500}
JOINERS = "\u200c\u200d"


class RecordError(Exception):
    """Why one record is not taken; the others are."""


class Row(NamedTuple):
    """One record; parent and successor by their ROR ids."""

    ror_id: str
    name: str
    other_names: list[str]
    name_notes: dict[str, dict[str, str]]
    city: str
    country: str
    country_code: str
    latitude: float | None
    longitude: float | None
    website: str
    status: str
    ror_modified_on: dt.date
    parent: str | None
    successor: str | None


def id_of(record: object) -> str | None:
    """The ROR id of a record, if it is one of ROR at all."""
    if not isinstance(record, dict) or not isinstance(record.get("names"), list):
        return None
    return read_ror_id(record["id"]) if isinstance(record.get("id"), str) else None


def read(record: dict) -> Row:
    """RecordError says what of it the registry cannot keep."""
    try:
        return _read(record)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        text = f"{type(error).__name__}: {error}"
        raise RecordError(f"not in the form of ROR's schema 2 ({text})") from error


def _read(record):
    names = _names(record["names"])
    shown = [text for text, _, kinds in names if "ror_display" in kinds]
    if len(shown) != 1:
        raise RecordError(f"{len(shown)} names to display, expected one")
    others = dict.fromkeys(text for text, _, _ in names if text != shown[0])
    relations = record.get("relationships") or []
    status = record["status"]
    if status not in STATUSES:
        raise RecordError(f"unknown status “{status}”")
    return Row(
        read_ror_id(record["id"]),
        shown[0],
        list(others),
        _notes(names),
        *_place(record.get("locations") or []),
        _website(record.get("links") or []),
        status,
        dt.date.fromisoformat(record["admin"]["last_modified"]["date"]),
        _related(relations, "parent"),
        _related(relations, "successor"),
    )


def _names(names):
    found = []
    for name in names:
        text = _line(name["value"], "name")
        if text:
            found.append((text, name.get("lang") or "", set(name["types"])))
    return found


def _notes(names):
    """Of each name what is worth telling: its language, that it is an acronym."""
    notes = {}
    for text, language, kinds in names:
        note = notes.setdefault(text, {})
        if "acronym" in kinds:
            note["kind"] = "acronym"
        if re.fullmatch(r"[a-z]{2,3}", language):
            note.setdefault("language", language)
    return {text: note for text, note in notes.items() if note}


def _place(locations):
    """City, country, its code, latitude and longitude of the first of the places."""
    if not locations:
        return "", "", "", None, None
    place = locations[0]["geonames_details"]
    code = place.get("country_code") or ""
    if not re.fullmatch(r"([A-Z]{2})?", code):
        raise RecordError(f"“{code}” is no country code")
    city = _line(place.get("name") or "", "city")
    country = _line(place.get("country_name") or "", "country")
    return city, country, code, *_coordinates(place)


def _coordinates(place):
    latitude, longitude = place.get("lat"), place.get("lng")
    if latitude is None or longitude is None:
        return None, None
    latitude, longitude = float(latitude), float(longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise RecordError(f"{latitude}, {longitude} is not on Earth")
    return latitude, longitude


def _website(links):
    """The first one; what is too long to be kept, or no web address, is left out."""
    for link in links:
        url = link["value"]
        if link["type"] == "website" and re.fullmatch(r"https?://[^\s<>\"]+", url):
            return url if len(url) <= LONGEST["website"] else ""
    return ""


def _related(relations, kind):
    """The first one: where a record has several, the registry follows that."""
    for relation in relations:
        if relation["type"] == kind and (ror_id := read_ror_id(relation["id"])):
            return ror_id
    return None


def _line(text, what):
    """A line without the invisible marks that come with pasted text."""
    kept = "".join(
        char for char in text if char in JOINERS or unicodedata.category(char) != "Cf"
    )
    kept = " ".join(kept.split())
    if any(unicodedata.category(char) in {"Cc", "Cs", "Co"} for char in kept):
        raise RecordError(f"a {what} with control characters")
    if len(kept) > LONGEST[what]:
        raise RecordError(f"a {what} of {len(kept)} characters")
    return kept
