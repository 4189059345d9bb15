"""The by-laws' values and levels that a registry starts with; staff change them."""

import datetime as dt

from django.db import migrations

CHARTER = dt.date(2024, 7, 29)
BY_LAWS = dt.date(2024, 8, 8)

# (slug, name, description, own seat, shares seats, must take part)
LEVELS = [
    (
        "core",
        "Core",
        "Takes an active part in governance and has a seat on the Steering Committee.",
        True,
        False,
        True,
    ),
    (
        "affiliate",
        "Affiliate",
        "Supports the mission; affiliates hold seats on the Steering Committee together.",
        False,
        True,
        False,
    ),
]

POLICY = [
    (
        "ordinary_majority",
        "1/2",
        "By-laws: ordinary questions, more than half of the votes",
    ),
    ("supermajority", "2/3", "By-laws: charter, by-laws and terminations, two thirds"),
    ("inactive_months", "6", "Charter: grounds for terminating a core member"),
    ("affiliates_per_seat", "5", "Charter: one shared seat for every five affiliates"),
    (
        "part_of_seat",
        "down",
        "Not settled by the charter: a part of five does not count",
    ),
    ("officer_term_months", "12", "By-laws: officers serve one year, renewable"),
    ("provisional_months", "6", "By-laws: a working group is provisional for so long"),
    ("review_months", "12", "By-laws: an active working group is reviewed every year"),
]

# An address that once led to an organization leads there for ever: no other takes it.
SLUG_IS_FREE = """
CREATE FUNCTION registry_slug_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM members_oldslug AS o
        WHERE o.slug = NEW.slug AND o.organization_id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'the address % redirects to another organization', NEW.slug
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'organization_slug_free';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER slug_is_free BEFORE INSERT OR UPDATE OF slug ON members_organization
FOR EACH ROW EXECUTE FUNCTION registry_slug_is_free();
"""
NO_SLUG_IS_FREE = """
DROP TRIGGER slug_is_free ON members_organization;
DROP FUNCTION registry_slug_is_free;
"""


def write(apps, schema_editor):
    Level = apps.get_model("members", "Level")
    for position, row in enumerate(LEVELS, start=1):
        slug, name, description, own, shares, part = row
        Level.objects.create(
            slug=slug,
            name=name,
            description=description,
            position=position,
            has_own_seat=own,
            shares_seats=shares,
            must_take_part=part,
        )
    PolicyValue = apps.get_model("members", "PolicyValue")
    for key, value, source in POLICY:
        start = CHARTER if source.startswith("Charter") else BY_LAWS
        PolicyValue.objects.create(
            key=key, value=value, source=source, started_on=start
        )


class Migration(migrations.Migration):
    dependencies = [("members", "0001_registry")]

    operations = [
        migrations.RunPython(write, migrations.RunPython.noop),
        migrations.RunSQL(SLUG_IS_FREE, NO_SLUG_IS_FREE),
    ]
