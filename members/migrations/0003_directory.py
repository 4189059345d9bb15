from django.db import migrations

from members.migrations._directory import OPERATIONS


class Migration(migrations.Migration):
    dependencies = [("members", "0002_policy")]
    operations = [
        migrations.RemoveIndex("SearchWord", "search_word_trigrams"),
        *OPERATIONS,
    ]
