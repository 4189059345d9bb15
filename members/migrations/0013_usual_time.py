import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from members.migrations._revision import public
from members.migrations._together import together


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0012_likeness"),
    ]

    operations = [
        # The page that tells how to join tells the usual time.
        *public("members_verdict"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="verdict",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="verdict",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="verdict",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="verdict",
            name="took",
            field=models.DurationField(
                blank=True,
                help_text="From the first submission to the release; anyone may know it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="took",
            field=models.DurationField(
                blank=True,
                help_text="From the first submission to the release; anyone may know it.",
                null=True,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "took", "votes_against", "votes_for") SELECT new_values."application_id", new_values."clause", new_values."decision_id", new_values."id", new_values."level_id", new_values."organization_id", new_values."outcome", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."private_note", new_values."proposals", new_values."reason", new_values."released_at", new_values."released_by_id", new_values."staged_at", new_values."staged_by_id", new_values."starts_on", new_values."taken_back_at", new_values."taken_back_by_id", new_values."took", new_values."votes_against", new_values."votes_for" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6882f255ec975abcd0fb87bb2c91b7eca44f6edf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_86607",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_verdict",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "took", "votes_against", "votes_for") SELECT new_values."application_id", new_values."clause", new_values."decision_id", new_values."id", new_values."level_id", new_values."organization_id", new_values."outcome", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."private_note", new_values."proposals", new_values."reason", new_values."released_at", new_values."released_by_id", new_values."staged_at", new_values."staged_by_id", new_values."starts_on", new_values."taken_back_at", new_values."taken_back_by_id", new_values."took", new_values."votes_against", new_values."votes_for" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7494265861a3c4802e0e2dc069517d8a0dfc0f84",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5edea",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_verdict",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "took", "votes_against", "votes_for") SELECT old_values."application_id", old_values."clause", old_values."decision_id", old_values."id", old_values."level_id", old_values."organization_id", old_values."outcome", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."private_note", old_values."proposals", old_values."reason", old_values."released_at", old_values."released_by_id", old_values."staged_at", old_values."staged_by_id", old_values."starts_on", old_values."taken_back_at", old_values."taken_back_by_id", old_values."took", old_values."votes_against", old_values."votes_for" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="afc449c30708249659f10f991d3b37e8d4607261",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3dceb",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_verdict",
                    when="AFTER",
                ),
            ),
        ),
    ]
    operations = together(operations)
