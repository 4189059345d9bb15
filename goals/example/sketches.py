"""The hand-written organizations of the example, and the words it is made of."""

from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent


@cache
def read(name):
    """One of the YAML files beside this module."""
    with (HERE / f"{name}.yml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def handwritten():
    return read("organizations")


def institutions():
    """key -> (name, city, country, country code, degrees north, degrees east)"""
    return read("institutions")


def communities():
    """Pairs of a kind and the facts of one community or capability."""
    return [
        (kind, facts) for kind, rows in read("communities").items() for facts in rows
    ]
