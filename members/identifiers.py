"""Identifiers that people copy by hand: the registry's public ids, and ROR ids."""

import secrets

from django.core.exceptions import ValidationError

# Digits and capitals without I, L and O (read as 1 and 0) and without U and V (read as
# each other). There are 31 of them, a prime, so that one check character finds every
# single wrong character and every exchange of two.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTWXYZ"
PUBLIC_ID_LENGTH = 8

# In addresses: what is done for no community and no capability in particular.
AT_LARGE_SLUG = "ecosystem-at-large"

_MISREAD = str.maketrans("OIL", "011")
_ROR_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR_PREFIXES = ("https://ror.org/", "http://ror.org/", "ror.org/")


def check_character(body: str) -> str:
    """The character that completes `body`: the sum weighed by place, modulo 31."""
    places = enumerate(body, start=1)
    return ALPHABET[sum(place * ALPHABET.index(char) for place, char in places) % 31]


def new_public_id() -> str:
    """A random id of seven characters and their check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH - 1))
    return body + check_character(body)


def read_public_id(text: str) -> str | None:
    """The public id that `text` means, forgiving case, spaces, hyphens and misreadings.

    None where the characters or the check character are not those of a public id.
    """
    kept = "".join(char for char in text.upper() if char not in " -")
    public_id = kept.translate(_MISREAD)
    if len(public_id) != PUBLIC_ID_LENGTH or set(public_id) - set(ALPHABET):
        return None
    return public_id if check_character(public_id[:-1]) == public_id[-1] else None


def validate_public_id(value: str) -> None:
    if read_public_id(value) != value:
        raise ValidationError(
            "“%(value)s” is not a public id: the check character does not fit.",
            code="public_id",
            params={"value": value},
        )


def read_ror_id(text: str) -> str | None:
    """The nine characters of the ROR id that `text` means (an address or the id alone).

    None where the form or the checksum is wrong. The last two digits are a checksum
    after ISO 7064 (mod 97-10) of the six characters before them, read in base 32:
    https://ror.readme.io/docs/identifier
    """
    ror_id = text.strip().lower()
    for prefix in _ROR_PREFIXES:
        ror_id = ror_id.removeprefix(prefix)
    body, digits = ror_id[1:7], ror_id[7:]
    well_formed = (
        len(ror_id) == 9
        and ror_id[0] == "0"
        and not set(body) - set(_ROR_ALPHABET)
        and digits.isascii()
        and digits.isdigit()
    )
    return ror_id if well_formed and digits == ror_checksum(body) else None


def ror_checksum(body: str) -> str:
    """The two digits that follow the six characters `body` of a ROR id."""
    number = 0
    for char in body:
        number = number * 32 + _ROR_ALPHABET.index(char)
    return f"{98 - (number * 100) % 97:02d}"


def validate_ror_id(value: str) -> None:
    if read_ror_id(value) != value:
        raise ValidationError(
            "“%(value)s” is not a ROR id: nine characters like 05gq02987, whose last "
            "two digits are a checksum that fits.",
            code="ror_id",
            params={"value": value},
        )
