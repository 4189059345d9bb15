"""What ROR tells of institutions, and the names under which they are searched."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import members.models.institutions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from members.migrations._institutions import AFTER, BEFORE
from members.migrations._together import together


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0007_mail"),
    ]

    operations = [
        *BEFORE,
        migrations.CreateModel(
            name="InstitutionName",
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
                ("text", models.TextField(help_text="The name as it is written.")),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="Its words, see registry_terms().",
                        size=None,
                    ),
                ),
                ("phrase", models.TextField(help_text="Those in a row.")),
                ("is_acronym", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="InstitutionTerm",
            fields=[
                ("term", models.TextField(primary_key=True, serialize=False)),
                ("names", models.IntegerField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="institution",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="institution",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="institution",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="institution",
            name="name_notes",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="What ROR tells of a name: that it is an acronym, its language.",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="Which institution this one is a part of.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="departments",
                to="members.institution",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                help_text="Which institution carries on the work of this one.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="members.institution",
            ),
        ),
        migrations.AddField(
            model_name="institutionhistory",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Which institution this one is a part of.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.institution",
            ),
        ),
        migrations.AddField(
            model_name="institutionhistory",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Which institution carries on the work of this one.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.institution",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="ror_modified_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="Empty where no file of ROR has told of it.",
                null=True,
                verbose_name="changed at ROR",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("inactive", "Inactive"),
                    ("withdrawn", "Withdrawn by ROR"),
                ],
                default="active",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="institutionhistory",
            name="name_notes",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="What ROR tells of a name: that it is an acronym, its language.",
            ),
        ),
        migrations.AddField(
            model_name="institutionhistory",
            name="ror_modified_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="Empty where no file of ROR has told of it.",
                null=True,
                verbose_name="changed at ROR",
            ),
        ),
        migrations.AddField(
            model_name="institutionhistory",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("inactive", "Inactive"),
                    ("withdrawn", "Withdrawn by ROR"),
                ],
                default="active",
                max_length=9,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="institution",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_institutionhistory" ("city", "country", "country_code", "id", "is_example", "latitude", "longitude", "name", "name_notes", "other_names", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ror_id", "ror_modified_on", "status", "successor_id", "website") SELECT new_values."city", new_values."country", new_values."country_code", new_values."id", new_values."is_example", new_values."latitude", new_values."longitude", new_values."name", new_values."name_notes", new_values."other_names", new_values."parent_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."ror_id", new_values."ror_modified_on", new_values."status", new_values."successor_id", new_values."website" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b470035c2bfbc2f81c2b25a33ff3adf3b1ada8dd",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6cdcc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_institution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="institution",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_institutionhistory" ("city", "country", "country_code", "id", "is_example", "latitude", "longitude", "name", "name_notes", "other_names", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ror_id", "ror_modified_on", "status", "successor_id", "website") SELECT new_values."city", new_values."country", new_values."country_code", new_values."id", new_values."is_example", new_values."latitude", new_values."longitude", new_values."name", new_values."name_notes", new_values."other_names", new_values."parent_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."ror_id", new_values."ror_modified_on", new_values."status", new_values."successor_id", new_values."website" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."city" IS DISTINCT FROM (new_values."city") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."country_code" IS DISTINCT FROM (new_values."country_code") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_example" IS DISTINCT FROM (new_values."is_example") OR old_values."latitude" IS DISTINCT FROM (new_values."latitude") OR old_values."longitude" IS DISTINCT FROM (new_values."longitude") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."name_notes" IS DISTINCT FROM (new_values."name_notes") OR old_values."other_names" IS DISTINCT FROM (new_values."other_names") OR old_values."parent_id" IS DISTINCT FROM (new_values."parent_id") OR old_values."ror_id" IS DISTINCT FROM (new_values."ror_id") OR old_values."ror_modified_on" IS DISTINCT FROM (new_values."ror_modified_on") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."successor_id" IS DISTINCT FROM (new_values."successor_id") OR old_values."website" IS DISTINCT FROM (new_values."website")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7a34d8785693fd4a2d46d0b56d98c4e1a5d74275",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_107e0",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_institution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="institution",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_institutionhistory" ("city", "country", "country_code", "id", "is_example", "latitude", "longitude", "name", "name_notes", "other_names", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ror_id", "ror_modified_on", "status", "successor_id", "website") SELECT old_values."city", old_values."country", old_values."country_code", old_values."id", old_values."is_example", old_values."latitude", old_values."longitude", old_values."name", old_values."name_notes", old_values."other_names", old_values."parent_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."ror_id", old_values."ror_modified_on", old_values."status", old_values."successor_id", old_values."website" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e8910f4fe8eaf897e8ffd964db1001347b6cf2ab",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a812a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_institution",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "inactive", "withdrawn"])),
                name="institution_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("successor", models.F("pk")), _negated=True),
                    models.Q(("parent", models.F("pk")), _negated=True),
                ),
                name="institution_not_its_own",
                violation_error_message="An institution is not its own successor, nor a part of itself.",
            ),
        ),
        migrations.AddField(
            model_name="institutionname",
            name="institution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="searched_names",
                to="members.institution",
            ),
        ),
        migrations.AddIndex(
            model_name="institutionterm",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("term", name="gin_trgm_ops"),
                fastupdate=False,
                name="institution_term_trigrams",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="place_terms",
            field=models.GeneratedField(
                db_persist=True,
                expression=members.models.institutions.Terms(
                    django.db.models.functions.text.Concat(
                        "city", models.Value(" "), "country"
                    )
                ),
                output_field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.TextField(), size=None
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="institutionname",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["terms"], name="institution_name_terms"
            ),
        ),
        migrations.AddIndex(
            model_name="institutionname",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    "phrase", name="text_pattern_ops"
                ),
                name="institution_name_phrase",
            ),
        ),
        *AFTER,
    ]
    operations = together(operations)
