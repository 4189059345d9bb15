"""The made-up consortium is the same each time, or it is not there at all."""

import datetime as dt
import json
from io import StringIO
from random import Random

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder

from goals.coverage import Mark
from goals.example import invention, loading, sketches, stories
from goals.models import Commitment
from members.models import (
    Community,
    FacetCount,
    FacetPeriod,
    InstitutionTerm,
    Level,
    Organization,
    User,
)
from tests import factories

pytestmark = pytest.mark.django_db
# What the database itself counts, in no order.
COUNTED = (FacetCount, FacetPeriod, InstitutionTerm)
DAY = dt.date(2026, 3, 1)


def load(number=24, *, seed=1, on=DAY):
    loading.load(number, seed=seed, on=on)


def run(*arguments):
    out = StringIO()
    call_command("load_example", *arguments, stdout=out, stderr=out)
    return out.getvalue().strip()


def written():
    """Everything that was written, but for keys and times of writing."""
    lines = []
    for label in ("members", "goals"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "pgh_tracked_model") or model in (User, Level, *COUNTED):
                continue
            lines += sorted(
                f"{model.__name__} {json.dumps(row, cls=DjangoJSONEncoder)}"
                for row in model.objects.values_list()
            )
    return lines


def test_same_number_seed_and_day_give_the_same_rows_keys_included():
    load(1)
    loading.remove()  # starts the keys anew
    load(36)
    first = written()
    loading.remove()

    load(36)

    assert written() == first


def test_coverage_has_gaps_single_providers_and_a_concentration():
    load(on=dt.datetime.now(tz=dt.UTC).date())

    table = Commitment.objects.coverage()

    found = {mark: len(rows) for mark, rows in table.findings.items()}
    cells = len(table.cells())
    assert 20 <= found[Mark.GAP] < cells * 0.7
    assert found[Mark.SINGLE] >= 20
    assert "BRIAR" in {c.provider.name for c in table.concentrations}


def test_names_made_of_parts_never_meet():
    number = 20_000
    known = {sketch["short_name"] for sketch in sketches.handwritten()}

    names = {tuple(invention.name_parts(n)) for n in range(number)}
    acronyms = {invention.acronym(n) for n in range(number * 2)}

    assert len(names) == number
    assert len(acronyms) == number * 2
    assert not acronyms & known


def test_an_invented_sketch_has_the_shape_of_a_handwritten_one():
    sketch = invention.sketch(7, Random(1), hosts=["elbe", "exe"], successor="ALDER")

    story = stories.tell(sketch, number=31, seed=1, on=DAY)

    assert story.stays
    assert set(sketch) - {"is_invented"} <= {
        key for each in sketches.handwritten() for key in each
    }


def test_command_loads_says_so_and_leaves_a_loaded_example_alone():
    first = run("--organizations", "3", "--on", "2026-03-01")
    second = run("--organizations", "3")

    assert first == "Wrote the example: 3 organizations."
    assert second == "This example is there already."
    assert Organization.objects.count() == 3


@pytest.mark.parametrize("arguments", [["--organizations", "4"], ["--seed", "2"]])
def test_another_example_is_refused_while_one_is_there(arguments):
    run("--organizations", "3")

    with pytest.raises(CommandError, match="organizations in the registry already"):
        run(*arguments)


def test_loading_into_a_registry_in_use_is_refused():
    factories.organization()

    with pytest.raises(CommandError, match="organizations in the registry already"):
        run()


@pytest.mark.parametrize("number", ["0", "-1"])
def test_fewer_than_one_organization_is_refused(number):
    with pytest.raises(CommandError, match="expected 1 or more"):
        run("--organizations", number)


def test_loading_that_stops_half_way_leaves_nothing():
    def broken(rows):
        for done, row in enumerate(rows):
            if done == 501:
                raise KeyboardInterrupt
            yield row

    with pytest.raises(KeyboardInterrupt):
        loading.load(502, seed=1, on=DAY, progress=broken)

    assert not Organization.objects.exists()
    assert not Community.objects.exists()


def test_removing_where_there_is_no_example_changes_nothing():
    factories.organization()

    assert run("--remove") == "There is no example to remove."
    assert Organization.objects.count() == 1
