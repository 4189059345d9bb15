"""A membership of which no more is known than that there was one."""

from django.db import migrations, models

CHOICES = [
    ("resigned", "Resigned"),
    ("terminated", "Terminated"),
    ("dissolved", "Dissolved"),
    ("merged", "Merged"),
    ("level_changed", "Changed level"),
    ("not_recorded", "Not recorded"),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0003_directory")]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership", name="membership_end_reason_known"
        ),
        migrations.AlterField(
            model_name="membership",
            name="end_reason",
            field=models.CharField(blank=True, choices=CHOICES, max_length=16),
        ),
        migrations.AlterField(
            model_name="membershiphistory",
            name="end_reason",
            field=models.CharField(blank=True, choices=CHOICES, max_length=16),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(end_reason__in=["", *(word for word, _ in CHOICES)]),
                name="membership_end_reason_known",
            ),
        ),
    ]
