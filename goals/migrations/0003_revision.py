from django.db import migrations

from members.migrations._revision import public


class Migration(migrations.Migration):
    dependencies = [("goals", "0002_wording"), ("members", "0009_revision")]
    operations = public(
        "goals_approach",
        "goals_commitment",
        "goals_commitmentapproach",
        "goals_commitmentcommunity",
        "goals_evidence",
        "goals_goal",
    )
