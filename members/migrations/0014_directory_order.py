from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0013_usual_time")]

    operations = [
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(fields=["folded_name", "id"], name="organization_order"),
        ),
    ]
