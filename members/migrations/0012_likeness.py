from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0011_applications")]

    operations = [
        migrations.AddIndex(
            "organization",
            GinIndex(
                fields=["folded_name"],
                name="organization_name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ),
        migrations.AddIndex(
            "organization",
            GinIndex(
                fields=["website"],
                name="organization_site_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ),
        migrations.AddIndex(
            "name",
            GinIndex(
                fields=["folded_text"],
                name="name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ),
    ]
