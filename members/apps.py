from importlib import import_module

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db.models.signals import post_migrate

from peso import policy


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Members"

    def ready(self):
        # It reads models, which are not there before.
        import_module("members.checks")
        post_migrate.connect(write_groups, sender=self)


def write_groups(sender, using, apps=installed_apps, **options):
    """Give the group of each role the rights of its role; who is in it stays."""
    if "group" not in apps.all_models["auth"]:
        return  # everything was migrated back to nothing
    # Not at the top: nothing of these can be imported before the apps are there.
    from django.contrib.auth.management import create_permissions  # noqa: PLC0415
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415

    for label in ("auth", "members", "goals"):
        create_permissions(
            installed_apps.get_app_config(label), verbosity=0, using=using
        )
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role in policy.ROLES:
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(permissions[name] for name in policy.permissions_of(role))
