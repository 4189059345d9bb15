import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from members.migrations._revision import public


class Migration(migrations.Migration):
    """The tables; what keeps them reads commitments, and is with these."""

    dependencies = [("members", "0015_documents_at_once")]
    operations = [
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("is_current", models.BooleanField()),
                ("fact", models.TextField()),
                ("number", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(ended_on=None)
                        | models.Q(ended_on__gte=models.F("started_on")),
                        name="facet_count_ends_after_start",
                        violation_error_message="The end is before the start.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FacetPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "started_on",
                    models.DateField(
                        help_text="The first of all days: since long ago."
                    ),
                ),
                ("ended_on", models.DateField(null=True)),
                (
                    "is_current",
                    models.BooleanField(help_text="A member, not a former one."),
                ),
                (
                    "facts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="Such as “level 1”, “country DE”.",
                        size=None,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(ended_on=None)
                        | models.Q(ended_on__gte=models.F("started_on")),
                        name="facet_period_ends_after_start",
                        violation_error_message="The end is before the start.",
                    ),
                    models.UniqueConstraint(
                        fields=("organization", "started_on"), name="facet_period_once"
                    ),
                ],
            },
        ),
        *public("members_facetcount"),
    ]
