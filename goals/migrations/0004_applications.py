import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from members.migrations._together import together


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0003_revision"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="commitment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="commitment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="commitment",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="commitment",
            name="wording",
            field=models.TextField(
                blank=True,
                db_default="",
                editable=False,
                help_text="The goal as it read when this was agreed to in an application.",
            ),
        ),
        migrations.AddField(
            model_name="commitmenthistory",
            name="wording",
            field=models.TextField(
                blank=True,
                db_default="",
                editable=False,
                help_text="The goal as it read when this was agreed to in an application.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "goals_commitmenthistory" ("confirmed_on", "effort", "ended_on", "goal_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on", "statement", "wording") SELECT new_values."confirmed_on", new_values."effort", new_values."ended_on", new_values."goal_id", new_values."id", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."started_on", new_values."statement", new_values."wording" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9e2dd35849acea3eecadee9516f8f5324f7d4ac9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_27814",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="goals_commitment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "goals_commitmenthistory" ("confirmed_on", "effort", "ended_on", "goal_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on", "statement", "wording") SELECT new_values."confirmed_on", new_values."effort", new_values."ended_on", new_values."goal_id", new_values."id", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."started_on", new_values."statement", new_values."wording" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1dbc562bf54c1f617792d7ab9dfdd48002921948",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bade2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="goals_commitment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "goals_commitmenthistory" ("confirmed_on", "effort", "ended_on", "goal_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on", "statement", "wording") SELECT old_values."confirmed_on", old_values."effort", old_values."ended_on", old_values."goal_id", old_values."id", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."started_on", old_values."statement", old_values."wording" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ff72b7b419241d3814030826f2de490150deaf88",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d0846",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="goals_commitment",
                    when="AFTER",
                ),
            ),
        ),
    ]
    operations = together(operations)
