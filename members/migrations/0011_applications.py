import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import members.identifiers
import members.models.deciding
import members.models.drafting
import members.models.reviewing
import members.models.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from members.migrations._together import together


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0010_accounts"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
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
                ("key", models.CharField(max_length=80)),
                ("value", models.JSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AnswerHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("key", models.CharField(max_length=80)),
                ("value", models.JSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Application",
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
                    "public_id",
                    models.CharField(
                        default=members.identifiers.new_public_id,
                        editable=False,
                        max_length=8,
                        unique=True,
                        validators=[members.identifiers.validate_public_id],
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("changes_requested", "Changes requested"),
                            ("recommended", "Recommended"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=20,
                    ),
                ),
                (
                    "state_since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("form", "Written by the applicant"),
                            ("letter", "Letter, entered by staff"),
                            ("email", "E-mail, entered by staff"),
                        ],
                        default="form",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "touched_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="For the first time.",
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["state_since", "pk"],
                "permissions": [
                    ("review_application", "Can review applications"),
                    (
                        "enter_application",
                        "Can enter an application for an organization",
                    ),
                    ("decide_application", "Can decide about applications"),
                ],
            },
            bases=(
                members.models.drafting.Drafting,
                members.models.reviewing.Reviewing,
                members.models.deciding.Deciding,
                models.Model,
            ),
        ),
        migrations.CreateModel(
            name="ApplicationEvent",
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
                ("verb", models.CharField(max_length=20)),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("changes_requested", "Changes requested"),
                            ("recommended", "Recommended"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("changes_requested", "Changes requested"),
                            ("recommended", "Recommended"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("is_for_applicants", models.BooleanField(default=False)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ApplicationHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "public_id",
                    models.CharField(
                        default=members.identifiers.new_public_id,
                        editable=False,
                        max_length=8,
                        validators=[members.identifiers.validate_public_id],
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("changes_requested", "Changes requested"),
                            ("recommended", "Recommended"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=20,
                    ),
                ),
                (
                    "state_since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("form", "Written by the applicant"),
                            ("letter", "Letter, entered by staff"),
                            ("email", "E-mail, entered by staff"),
                        ],
                        default="form",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="For the first time.",
                        null=True,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Collaborator",
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
                    "role",
                    models.CharField(
                        choices=[("editor", "Editor"), ("reader", "Reader")],
                        max_length=8,
                    ),
                ),
                (
                    "joined_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "left_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "ordering": ["joined_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CollaboratorHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "role",
                    models.CharField(
                        choices=[("editor", "Editor"), ("reader", "Reader")],
                        max_length=8,
                    ),
                ),
                (
                    "joined_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "left_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Comment",
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
                    "visibility",
                    models.CharField(
                        choices=[
                            ("staff", "Staff who decide"),
                            ("reviewers", "All reviewers"),
                            ("applicant", "The applicant too"),
                        ],
                        default="staff",
                        max_length=10,
                        verbose_name="who reads it",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        max_length=20000, validators=[members.models.text.validate_text]
                    ),
                ),
                ("is_from_applicants", models.BooleanField(default=False)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Document",
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
                    "name",
                    models.CharField(
                        max_length=200, validators=[members.models.text.validate_line]
                    ),
                ),
                ("media_type", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DocumentHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "name",
                    models.CharField(
                        max_length=200, validators=[members.models.text.validate_line]
                    ),
                ),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("editor", "Editor"), ("reader", "Reader")],
                        max_length=8,
                    ),
                ),
                (
                    "token_digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                (
                    "invited_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-invited_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="InvitationHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("editor", "Editor"), ("reader", "Reader")],
                        max_length=8,
                    ),
                ),
                (
                    "invited_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
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
                    "advice",
                    models.CharField(
                        choices=[
                            ("accept", "Accept"),
                            ("decline", "Decline"),
                            ("undecided", "Undecided"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reasons",
                    models.TextField(
                        max_length=20000, validators=[members.models.text.validate_text]
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Revision",
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
                ("number", models.PositiveSmallIntegerField()),
                ("answers", models.JSONField()),
                (
                    "wording",
                    models.JSONField(
                        help_text="The goals and their approaches as they were agreed to."
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
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
                    "outcome",
                    models.CharField(
                        choices=[("accept", "Accept"), ("decline", "Decline")],
                        max_length=8,
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(blank=True, null=True, verbose_name="member from"),
                ),
                (
                    "proposals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Which of the proposed communities and capabilities are added.",
                        size=None,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        help_text="The applicant reads it.",
                        max_length=20000,
                        validators=[members.models.text.validate_text],
                    ),
                ),
                (
                    "private_note",
                    models.TextField(
                        blank=True,
                        max_length=20000,
                        validators=[members.models.text.validate_text],
                    ),
                ),
                (
                    "clause",
                    models.CharField(
                        help_text="The clause of charter or by-laws that it rests on.",
                        max_length=200,
                        validators=[members.models.text.validate_line],
                    ),
                ),
                ("votes_for", models.PositiveIntegerField(blank=True, null=True)),
                ("votes_against", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "staged_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["staged_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="VerdictHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("accept", "Accept"), ("decline", "Decline")],
                        max_length=8,
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(blank=True, null=True, verbose_name="member from"),
                ),
                (
                    "proposals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Which of the proposed communities and capabilities are added.",
                        size=None,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        help_text="The applicant reads it.",
                        max_length=20000,
                        validators=[members.models.text.validate_text],
                    ),
                ),
                (
                    "private_note",
                    models.TextField(
                        blank=True,
                        max_length=20000,
                        validators=[members.models.text.validate_text],
                    ),
                ),
                (
                    "clause",
                    models.CharField(
                        help_text="The clause of charter or by-laws that it rests on.",
                        max_length=200,
                        validators=[members.models.text.validate_line],
                    ),
                ),
                ("votes_for", models.PositiveIntegerField(blank=True, null=True)),
                ("votes_against", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "staged_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WebsiteCheck",
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
                ("url", models.CharField(max_length=500)),
                ("answered", models.BooleanField(null=True)),
                (
                    "words",
                    models.CharField(
                        blank=True, help_text="What was found.", max_length=300
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="mail",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="mail",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="mail",
            name="delete_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mail",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mailhistory" ("application_id", "at", "attempts", "by_id", "delivery", "edited_at", "edited_by_id", "handed_over_at", "id", "is_secret", "kind", "message_id", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "try_after") SELECT new_values."application_id", new_values."at", new_values."attempts", new_values."by_id", new_values."delivery", new_values."edited_at", new_values."edited_by_id", new_values."handed_over_at", new_values."id", new_values."is_secret", new_values."kind", new_values."message_id", new_values."original_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sent_at", new_values."state", new_values."try_after" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9e290d7174d064850160c7a8960548e6787dbd2d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f8eca",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_mail",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mail",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mailhistory" ("application_id", "at", "attempts", "by_id", "delivery", "edited_at", "edited_by_id", "handed_over_at", "id", "is_secret", "kind", "message_id", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "try_after") SELECT new_values."application_id", new_values."at", new_values."attempts", new_values."by_id", new_values."delivery", new_values."edited_at", new_values."edited_by_id", new_values."handed_over_at", new_values."id", new_values."is_secret", new_values."kind", new_values."message_id", new_values."original_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sent_at", new_values."state", new_values."try_after" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."application_id" IS DISTINCT FROM (new_values."application_id") OR old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."attempts" IS DISTINCT FROM (new_values."attempts") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."delivery" IS DISTINCT FROM (new_values."delivery") OR old_values."edited_at" IS DISTINCT FROM (new_values."edited_at") OR old_values."edited_by_id" IS DISTINCT FROM (new_values."edited_by_id") OR old_values."handed_over_at" IS DISTINCT FROM (new_values."handed_over_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_secret" IS DISTINCT FROM (new_values."is_secret") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."message_id" IS DISTINCT FROM (new_values."message_id") OR old_values."original_id" IS DISTINCT FROM (new_values."original_id") OR old_values."sent_at" IS DISTINCT FROM (new_values."sent_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."try_after" IS DISTINCT FROM (new_values."try_after")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="02a8f43f0ada049782ea6fde146ded23badbf12a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2aa79",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_mail",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mail",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mailhistory" ("application_id", "at", "attempts", "by_id", "delivery", "edited_at", "edited_by_id", "handed_over_at", "id", "is_secret", "kind", "message_id", "original_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "try_after") SELECT old_values."application_id", old_values."at", old_values."attempts", old_values."by_id", old_values."delivery", old_values."edited_at", old_values."edited_by_id", old_values."handed_over_at", old_values."id", old_values."is_secret", old_values."kind", old_values."message_id", old_values."original_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sent_at", old_values."state", old_values."try_after" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="be5fbb2ccaeb6514f76dc78db5dd25e8922f6c91",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_99813",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_mail",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerhistory",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="answerhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.answer",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assigned_applications",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="earlier",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The application that this one starts from.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="later",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="opened_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="What it was accepted as.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="members.organization",
            ),
        ),
        migrations.AddField(
            model_name="answerhistory",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="application",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mails",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="mailhistory",
            name="application",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="applicationevent",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="applicationevent",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="earlier",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                help_text="The application that this one starts from.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="opened_by",
            field=models.ForeignKey(
                db_constraint=False,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                help_text="What it was accepted as.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.organization",
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="applicationhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="collaborator",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collaborators",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="collaborator",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collaborations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="collaboratorhistory",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="collaboratorhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="collaboratorhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.collaborator",
            ),
        ),
        migrations.AddField(
            model_name="collaboratorhistory",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="documenthistory",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="documenthistory",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="documenthistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="documenthistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.document",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="members.person",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="used_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="invited_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.person",
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.invitation",
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitationhistory",
            name="used_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recommendations",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="revisions",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recommendations",
                to="members.revision",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="verdicts",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="decision",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="verdict",
                to="members.decision",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="level",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.level",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                help_text="If the registry knows it already.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.organization",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="staged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="application",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.application",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.decision",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="level",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.level",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="If the registry knows it already.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.organization",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="members.verdict",
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="staged_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdicthistory",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="websitecheck",
            name="revision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="website_check",
                to="members.revision",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["state", "state_since"], name="application_queue"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "in_review",
                            "changes_requested",
                            "recommended",
                            "accepted",
                            "declined",
                            "withdrawn",
                            "expired",
                        ],
                    )
                ),
                name="application_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["form", "letter", "email"])),
                name="application_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organization__isnull", False), ("state", "accepted")),
                    models.Q(
                        models.Q(("state", "accepted"), _negated=True),
                        ("organization", None),
                    ),
                    _connector="OR",
                ),
                name="application_accepted_is_an_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("submitted_at__isnull", False),
                    ("state__in", ["draft", "withdrawn", "expired"]),
                    _connector="OR",
                ),
                name="application_submitted_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "draft"), _negated=True),
                    ("submitted_at", None),
                    _connector="OR",
                ),
                name="application_draft_never_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("earlier", None),
                    models.Q(("earlier", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="application_not_its_own_earlier",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="45812c8fda5d079a34e12a01eff0ebc955f85c6a",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_4fcae",
                    table="members_application",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_applicationhistory" ("assigned_to_id", "earlier_id", "id", "opened_at", "opened_by_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source", "state", "state_since", "submitted_at") SELECT new_values."assigned_to_id", new_values."earlier_id", new_values."id", new_values."opened_at", new_values."opened_by_id", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."public_id", new_values."source", new_values."state", new_values."state_since", new_values."submitted_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="71adcda27fb7ea38376c216cfd0eb7186ba16dd2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1f4b2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_applicationhistory" ("assigned_to_id", "earlier_id", "id", "opened_at", "opened_by_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source", "state", "state_since", "submitted_at") SELECT new_values."assigned_to_id", new_values."earlier_id", new_values."id", new_values."opened_at", new_values."opened_by_id", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."public_id", new_values."source", new_values."state", new_values."state_since", new_values."submitted_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assigned_to_id" IS DISTINCT FROM (new_values."assigned_to_id") OR old_values."earlier_id" IS DISTINCT FROM (new_values."earlier_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."opened_at" IS DISTINCT FROM (new_values."opened_at") OR old_values."opened_by_id" IS DISTINCT FROM (new_values."opened_by_id") OR old_values."organization_id" IS DISTINCT FROM (new_values."organization_id") OR old_values."public_id" IS DISTINCT FROM (new_values."public_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."state_since" IS DISTINCT FROM (new_values."state_since") OR old_values."submitted_at" IS DISTINCT FROM (new_values."submitted_at")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="57289e9a75ae9f0f8bab7d0e591cd19d5bb7e2b4",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_applicationhistory" ("assigned_to_id", "earlier_id", "id", "opened_at", "opened_by_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source", "state", "state_since", "submitted_at") SELECT old_values."assigned_to_id", old_values."earlier_id", old_values."id", old_values."opened_at", old_values."opened_by_id", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."public_id", old_values."source", old_values."state", old_values."state_since", old_values."submitted_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="65fa67c15d5982cb557bc15de66e9ef3728c085e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_31d6a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answerhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bd1f0d9fce649e22b2c55510aac8b0d12b832411",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_42b34",
                    table="members_answerhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("application", "key"), name="answer_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="442e273b1c2dcf6f120a803e7836c2a1d5fc9636",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_a3493",
                    table="members_answer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_answerhistory" ("application_id", "at", "by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value", "version") SELECT new_values."application_id", new_values."at", new_values."by_id", new_values."id", new_values."key", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."value", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="654ef74b60ca87c47bdfa86500798a322c2e415d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dbc43",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_answer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_answerhistory" ("application_id", "at", "by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value", "version") SELECT new_values."application_id", new_values."at", new_values."by_id", new_values."id", new_values."key", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."value", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="af401ed933eca18c0735db545fcc925a5f52d584",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_32860",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_answer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_answerhistory" ("application_id", "at", "by_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "value", "version") SELECT old_values."application_id", old_values."at", old_values."by_id", old_values."id", old_values."key", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."value", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="67b54c63195818e53898296d2a2dbe6a7f8d0e45",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_121cd",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_answer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="applicationevent",
            index=models.Index(
                fields=["application", "at"], name="application_event_at"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1f200de0ec71fb96d159d119c965384ccdedb371",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_eed14",
                    table="members_applicationevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ed834346ff481970f614e34e7b3df3acac33f6b4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_226e1",
                    table="members_applicationhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="collaborator",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["editor", "reader"])),
                name="collaborator_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="collaborator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_at", None),
                    ("left_at__gte", models.F("joined_at")),
                    _connector="OR",
                ),
                name="collaborator_left_after_joining",
            ),
        ),
        migrations.AddConstraint(
            model_name="collaborator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)),
                fields=("application", "user"),
                name="collaborator_once",
                violation_error_message="This person takes part already.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collaborator",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="e2e213c907231ead5c08fb25b45b3f414ba4ee7a",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_66a38",
                    table="members_collaborator",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collaborator",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_collaboratorhistory" ("application_id", "id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT new_values."application_id", new_values."id", new_values."joined_at", new_values."left_at", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b287d32d5b1c44464dd2fdf45ce84ff2dc453bc2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2a55f",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_collaborator",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collaborator",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_collaboratorhistory" ("application_id", "id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT new_values."application_id", new_values."id", new_values."joined_at", new_values."left_at", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="eab4591f9b68899a6d9637b36625198868f703c6",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_25ec3",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_collaborator",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collaborator",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_collaboratorhistory" ("application_id", "id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT old_values."application_id", old_values."id", old_values."joined_at", old_values."left_at", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."role", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="fd6d154a0c11d529ea86aed247591ff7fee00fd3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_82251",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_collaborator",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collaboratorhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="19182f8c9e226a79bc22ebd45abf1b4c091504f3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0a437",
                    table="members_collaboratorhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("visibility__in", ["staff", "reviewers", "applicant"]),
                    models.Q(
                        ("is_from_applicants", False),
                        ("visibility", "applicant"),
                        _connector="OR",
                    ),
                ),
                name="comment_visibility_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0f58b925bbe85e8b32b49926d5432746a8c31c8d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f7155",
                    table="members_comment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0), ("size__lte", 10485760)),
                name="document_size_allowed",
                violation_error_message="A document has at most 10 MB.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="e52b0e743726e062796fe1c0d439ebb6e6dced7d",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_01458",
                    table="members_document",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_documenthistory" ("application_id", "at", "by_id", "id", "media_type", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size") SELECT new_values."application_id", new_values."at", new_values."by_id", new_values."id", new_values."media_type", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."size" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="cbac6c9be299e0db9ec900efd61144b358dd4125",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d1af0",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_document",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_documenthistory" ("application_id", "at", "by_id", "id", "media_type", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size") SELECT new_values."application_id", new_values."at", new_values."by_id", new_values."id", new_values."media_type", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."size" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."application_id" IS DISTINCT FROM (new_values."application_id") OR old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."media_type" IS DISTINCT FROM (new_values."media_type") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."size" IS DISTINCT FROM (new_values."size")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ada750a1d7840d39a848135d897ff019eac08deb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c65c6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_document",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_documenthistory" ("application_id", "at", "by_id", "id", "media_type", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "size") SELECT old_values."application_id", old_values."at", old_values."by_id", old_values."id", old_values."media_type", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."size" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="39c3ec683e68afbf699f7dfaf66a164d4c48149a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e2c9b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_document",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documenthistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ea96d06084f4e1053e59afdb064df4855113b84c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a62be",
                    table="members_documenthistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["", "editor", "reader"])),
                name="invitation_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("used_at", None), ("used_by", None)),
                    models.Q(("used_at__isnull", False), ("used_by__isnull", False)),
                    _connector="OR",
                ),
                name="invitation_used_by_and_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", None)),
                    models.Q(
                        ("revoked_at__isnull", False), ("revoked_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="invitation_revoked_by_and_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_at", None), ("revoked_at", None), _connector="OR"
                ),
                name="invitation_used_or_revoked",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="046dbb1efebbbf3b37cfae5b429aff4821f3a1c4",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_d2b1f",
                    table="members_invitation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_invitationhistory" ("application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by_id", "role", "used_at", "used_by_id") SELECT new_values."application_id", new_values."email", new_values."expires_at", new_values."id", new_values."invited_at", new_values."invited_by_id", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."revoked_at", new_values."revoked_by_id", new_values."role", new_values."used_at", new_values."used_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4b5fc6040030295dde94f746a111b5b001fd9fbf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_df347",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_invitationhistory" ("application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by_id", "role", "used_at", "used_by_id") SELECT new_values."application_id", new_values."email", new_values."expires_at", new_values."id", new_values."invited_at", new_values."invited_by_id", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."revoked_at", new_values."revoked_by_id", new_values."role", new_values."used_at", new_values."used_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."application_id" IS DISTINCT FROM (new_values."application_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."expires_at" IS DISTINCT FROM (new_values."expires_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invited_at" IS DISTINCT FROM (new_values."invited_at") OR old_values."invited_by_id" IS DISTINCT FROM (new_values."invited_by_id") OR old_values."person_id" IS DISTINCT FROM (new_values."person_id") OR old_values."revoked_at" IS DISTINCT FROM (new_values."revoked_at") OR old_values."revoked_by_id" IS DISTINCT FROM (new_values."revoked_by_id") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."used_at" IS DISTINCT FROM (new_values."used_at") OR old_values."used_by_id" IS DISTINCT FROM (new_values."used_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b3239a9549af4e5416e64e867378022dfc21fd09",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_34c15",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_invitationhistory" ("application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by_id", "role", "used_at", "used_by_id") SELECT old_values."application_id", old_values."email", old_values."expires_at", old_values."id", old_values."invited_at", old_values."invited_by_id", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."revoked_at", old_values."revoked_by_id", old_values."role", old_values."used_at", old_values."used_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ddd43ac3d662ca05e03054566cf9645e800bbe48",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1089f",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitationhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9350cf2de556958eec91ae0809098123e1d7dd03",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_be0e6",
                    table="members_invitationhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="revision_number_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e1d7e6fcab0b5a665d412c2f27cb957b99d449ec",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_68cfe",
                    table="members_revision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.CheckConstraint(
                condition=models.Q(("advice__in", ["accept", "decline", "undecided"])),
                name="recommendation_advice_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="recommendation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ffcfa44240c7a49995b062aec85c5f1cebcd5735",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_edc01",
                    table="members_recommendation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("level__isnull", False),
                        ("outcome", "accept"),
                        ("starts_on__isnull", False),
                    ),
                    models.Q(
                        ("level", None),
                        ("organization", None),
                        ("outcome", "decline"),
                        ("starts_on", None),
                    ),
                    _connector="OR",
                ),
                name="verdict_acceptance_has_level_and_start",
                violation_error_message="An acceptance needs a level and a first day; nothing else has them.",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_back_at", None), ("taken_back_by", None)),
                    models.Q(
                        ("taken_back_at__isnull", False),
                        ("taken_back_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="verdict_taken_back_by_and_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_by", None)),
                    models.Q(
                        ("released_at__isnull", False), ("released_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="verdict_released_by_and_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", None), ("released_at", None)),
                    models.Q(
                        ("decision__isnull", False),
                        ("released_at__isnull", False),
                        ("taken_back_at", None),
                    ),
                    _connector="OR",
                ),
                name="verdict_released_is_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None), ("taken_back_at", None)),
                fields=("application",),
                name="verdict_one_staged",
                violation_error_message="A decision is staged already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("outcome", "accept"), ("released_at__isnull", False)
                ),
                fields=("application",),
                name="verdict_accepted_once",
                violation_error_message="The application was accepted already.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="667583c33a9f4bad91e89e8f75673508de917385",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_58f64",
                    table="members_verdict",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "votes_against", "votes_for") SELECT new_values."application_id", new_values."clause", new_values."decision_id", new_values."id", new_values."level_id", new_values."organization_id", new_values."outcome", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."private_note", new_values."proposals", new_values."reason", new_values."released_at", new_values."released_by_id", new_values."staged_at", new_values."staged_by_id", new_values."starts_on", new_values."taken_back_at", new_values."taken_back_by_id", new_values."votes_against", new_values."votes_for" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a552e8dd05a47913badc947237f2cc517f791b26",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "votes_against", "votes_for") SELECT new_values."application_id", new_values."clause", new_values."decision_id", new_values."id", new_values."level_id", new_values."organization_id", new_values."outcome", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."private_note", new_values."proposals", new_values."reason", new_values."released_at", new_values."released_by_id", new_values."staged_at", new_values."staged_by_id", new_values."starts_on", new_values."taken_back_at", new_values."taken_back_by_id", new_values."votes_against", new_values."votes_for" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0f9839c1b43c2b6a223c60b06030172c1e613281",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_verdicthistory" ("application_id", "clause", "decision_id", "id", "level_id", "organization_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "private_note", "proposals", "reason", "released_at", "released_by_id", "staged_at", "staged_by_id", "starts_on", "taken_back_at", "taken_back_by_id", "votes_against", "votes_for") SELECT old_values."application_id", old_values."clause", old_values."decision_id", old_values."id", old_values."level_id", old_values."organization_id", old_values."outcome", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."private_note", old_values."proposals", old_values."reason", old_values."released_at", old_values."released_by_id", old_values."staged_at", old_values."staged_by_id", old_values."starts_on", old_values."taken_back_at", old_values."taken_back_by_id", old_values."votes_against", old_values."votes_for" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="705e5dd905fcd05ecfa13135df490b5fad205869",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3dceb",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_verdict",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdicthistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="736355cff3d1eea29975f414a5248160031ea3ba",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_44696",
                    table="members_verdicthistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="websitecheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered", None), ("checked_at", None)),
                    models.Q(
                        ("answered__isnull", False), ("checked_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="website_check_has_time",
            ),
        ),
    ]
    operations = together(operations)
