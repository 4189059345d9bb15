"""The made-up consortium: believable, the same each time, and gone without a trace."""

import datetime as dt
import json
from io import StringIO
from random import Random

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from goals.coverage import Mark
from goals.example import invention, loading, sketches, stories
from goals.models import Commitment, Evidence, Goal
from members.matching.institutions import matching
from members.models import (
    Application,
    Community,
    Event,
    FacetCount,
    FacetPeriod,
    Institution,
    InstitutionTerm,
    Level,
    Membership,
    Organization,
    Person,
    Representative,
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
    load(60)
    first = written()
    loading.remove()

    load(60)

    assert written() == first


@pytest.mark.parametrize("change", [{"seed": 2}, {"on": DAY + dt.timedelta(days=9)}])
def test_another_seed_or_day_gives_others(change):
    load()
    first = written()
    loading.remove()

    load(**change)

    assert written() != first


def test_every_row_passes_the_validation_of_its_form():
    load(60)

    for label in ("members", "goals"):
        for model in apps.get_app_config(label).get_models():
            by_hand = model not in (User, *COUNTED)
            if by_hand and not hasattr(model, "pgh_tracked_model"):
                for row in model.objects.all():
                    # Constraints held when the row was written.
                    row.full_clean(validate_constraints=False, validate_unique=False)


def test_everything_is_marked_as_made_up():
    load(60)

    assert not Organization.objects.filter(is_example=False).exists()
    assert not Institution.objects.filter(is_example=False).exists()
    assert not Institution.objects.exclude(ror_id=None).exists()
    addresses = [
        *Organization.objects.values_list("website", flat=True),
        *Evidence.objects.values_list("url", flat=True),
        *Person.objects.exclude(email="").values_list("email", flat=True),
    ]
    elsewhere = [a for a in addresses if ".example.org" not in a]
    assert elsewhere == []


def test_ten_years_have_seen_every_kind_of_turn():
    load()

    ends = set(Membership.objects.values_list("end_reason", flat=True))
    assert ends == {
        "",
        "resigned",
        "terminated",
        "dissolved",
        "merged",
        "level_changed",
    }
    assert set(Event.objects.values_list("verb", flat=True)) == {
        *Event.Verb.values,
    } - {"corrected", "imported"}
    assert Membership.objects.filter(earlier__end_reason="resigned").count() == 1
    merged = Membership.objects.get(end_reason="merged").organization
    assert merged.successor.short_name == "KAGUYA"
    decision = Membership.objects.get(end_reason="terminated").termination
    assert (decision.outcome, decision.ground) == ("carried", "not_taking_part")
    assert Membership.objects.filter(started_on__lt=DAY.replace(year=2017)).exists()
    assert not Membership.objects.filter(started_on__gt=DAY).exists()


def test_it_comes_from_25_countries_and_many_scripts():
    load()

    countries = Institution.objects.values("country_code").distinct()
    assert countries.count() >= 25
    names = " ".join(Organization.objects.values_list("name", flat=True))
    for letter in ("م", "科", "І", "ü"):
        assert letter in names
    assert max(map(len, Organization.objects.values_list("name", flat=True))) >= 200


def test_coverage_has_gaps_single_providers_and_a_concentration():
    load(on=dt.datetime.now(tz=dt.UTC).date())

    table = Commitment.objects.coverage()

    found = {mark: len(rows) for mark, rows in table.findings.items()}
    cells = len(table.cells())
    assert 20 <= found[Mark.GAP] < cells * 0.7
    assert found[Mark.SINGLE] >= 20
    assert "BRIAR" in {c.provider.name for c in table.concentrations}


def test_each_row_has_its_history_with_who_wrote_it():
    load()

    account = User.objects.registry()
    for model in (Organization, Membership, Commitment, Representative, Community):
        rows = model.history.rel.related_model.objects
        contexts = rows.values_list("pgh_context__metadata__user", flat=True)
        assert list(contexts) == [account.pk] * model.objects.count()


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
            if done == 600:
                raise KeyboardInterrupt
            yield row

    with pytest.raises(KeyboardInterrupt):
        loading.load(700, seed=1, on=DAY, progress=broken)

    assert not Organization.objects.exists()
    assert not Community.objects.exists()


def test_removing_takes_rows_and_history_and_keeps_what_is_not_of_the_example():
    load()
    officer = factories.officer()

    assert run("--remove") == "Removed the example: 24 organizations."

    assert not Organization.objects.exists()
    assert not Organization.history.rel.related_model.objects.exists()
    assert not Community.objects.exists()
    assert Goal.objects.count() == 7
    assert Goal.history.rel.related_model.objects.count() == 7
    assert Level.objects.count() == 2
    assert User.objects.filter(pk=officer.pk).exists()


def test_removing_is_refused_where_somebody_added_something():
    load()
    factories.organization(name="Real Work")

    with pytest.raises(CommandError, match="“Real Work”"):
        run("--remove")

    assert Organization.objects.count() == 25


def test_removing_is_refused_where_somebody_applied():
    load()
    application = factories.application()

    with pytest.raises(CommandError, match=f"“{application}”.*an empty database"):
        run("--remove")

    assert Organization.objects.count() == 24
    assert Application.objects.get() == application


def test_removing_leaves_institutions_of_others_where_they_are():
    load()
    theirs = factories.institution(name="Real University", ror_id="0546hnb39")
    organization = Organization.objects.first()
    factories.host(organization=organization, institution=theirs)
    with connection.cursor() as cursor:  # loading, in this transaction, changed that
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    run("--remove")

    assert not Organization.objects.exists()
    assert [each.name for each in Institution.objects.all()] == ["Real University"]
    assert [match.name for match in matching("Real University", public=False)] == [
        "Real University"
    ]
    load()
    assert Organization.objects.count() == 24


def test_removing_where_there_is_no_example_changes_nothing():
    factories.organization()

    assert run("--remove") == "There is no example to remove."
    assert Organization.objects.count() == 1
