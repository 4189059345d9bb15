"""What the registry has no place for, as JSON that gives back what YAML said.

JSON knows neither dates nor keys that are not text: these are written as a mapping with
one key that begins with “!”.
"""

import datetime as dt
import json
import math
import re

from members.interchange.faults import Fault
from members.interchange.tree import Node

# What fits into a cell of a table.
MAX_LENGTH = 100_000
# What no table can give back, or PostgreSQL not store: control characters, surrogates.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def keep(node: Node, faults: list[Fault]):
    """The value of `node` as JSON; what PostgreSQL cannot hold goes to `faults`."""
    value = node.value
    if isinstance(value, list):
        return [keep(item, faults) for item in value]
    if isinstance(value, dict):
        return _keep_mapping(node, faults)
    if isinstance(value, str) and not _storable(value):
        text = "This text holds a character that cannot be stored."
        faults.append(Fault(node.line, node.column, text))
    elif isinstance(value, str) and len(value) > MAX_LENGTH:
        text = f"This text has more than {MAX_LENGTH:,} characters."
        faults.append(Fault(node.line, node.column, text))
    return _keep_scalar(value)


def _keep_mapping(node, faults):
    pairs = [(key, keep(value, faults)) for key, value in node.value.items()]
    for key, _ in pairs:
        if isinstance(key, str) and not _storable(key):
            text = "A key here holds a character that cannot be stored."
            faults.append(Fault(node.line, node.column, text))
    if all(isinstance(key, str) and not key.startswith("!") for key, _ in pairs):
        return dict(pairs)
    return {"!pairs": [[_keep_scalar(key), value] for key, value in pairs]}


def _keep_scalar(value):
    # A datetime is a date too.
    if isinstance(value, dt.datetime):
        return {"!time": value.isoformat()}
    if isinstance(value, dt.date):
        return {"!date": value.isoformat()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"!float": str(value)}
    return value


def _storable(text):
    return not _UNWANTED.search(text)


_GIVE = {
    "!time": dt.datetime.fromisoformat,
    "!date": dt.date.fromisoformat,
    "!float": float,
    "!pairs": lambda pairs: {give(key): give(value) for key, value in pairs},
}


def give(kept):
    """What was kept, as YAML said it."""
    if isinstance(kept, list):
        return [give(item) for item in kept]
    if not isinstance(kept, dict):
        return kept
    if len(kept) == 1 and next(iter(kept)) in _GIVE:
        ((kind, value),) = kept.items()
        return _GIVE[kind](value)
    return {key: give(value) for key, value in kept.items()}


def give_json(kept):
    """What was kept, for JSON: dates as text, keys as text."""
    return _plain(give(kept))


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _key(key):
    return key if isinstance(key, str) else json.dumps(_plain(key))


def give_text(kept) -> str:
    """What was kept, for the cell of a table: text as it is, all else as JSON."""
    plain = give_json(kept)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
