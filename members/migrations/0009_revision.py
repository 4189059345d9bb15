from django.db import migrations

from members.migrations._revision import OPERATIONS, public


class Migration(migrations.Migration):
    dependencies = [("members", "0008_institutions")]
    operations = [
        *OPERATIONS,
        *public(
            "members_community",
            "members_event",
            "members_host",
            "members_institution",
            "members_institutionname",
            "members_institutionterm",
            "members_level",
            "members_membership",
            "members_name",
            "members_oldslug",
            "members_organization",
            "members_person",
            "members_policyvalue",
            "members_representative",
            "members_searchdocument",
            "members_searchword",
            "members_service",
        ),
    ]
