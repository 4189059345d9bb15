from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import User
from members.models.people import AccountManager

admin.site.unregister(Group)
# What opens an account is its owner's: nobody looks at it here, nor makes more of it.
DOORS = {"account", "mfa", "socialaccount", "usersessions"}
for model in list(admin.site._registry):
    if model._meta.app_label in DOORS:
        admin.site.unregister(model)


class OwnName:
    """Of a form: the registry's own name is taken, before its account is there too."""

    def clean_username(self):
        username = self.cleaned_data["username"]
        if username == AccountManager.REGISTRY:
            # Whoever has it may do everything.
            raise ValidationError("Commands act in this name: nobody signs in with it.")
        taken = getattr(super(), "clean_username", None)
        return taken() if taken else username


class AccountForm(OwnName, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class NewAccountForm(OwnName, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ["username", "email"]


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Nobody gives a right here that only a superuser has, and no account goes away:
    an account that is not active cannot sign in, and history goes on naming it."""

    form = AccountForm
    add_form = NewAccountForm
    list_display = ["username", "email", "is_staff", "is_active"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    show_full_result_count = False
    add_fieldsets = (
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "email",
                    "usable_password",
                    "password1",
                    "password2",
                ],
            },
        ),
    )

    def has_change_permission(self, request, obj=None):
        if obj and (obj.is_registry or obj.is_closed):
            return False
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        if not (obj and obj.email):
            return super().get_fieldsets(request, obj)
        return [
            (
                title,
                {**facts, "fields": [f for f in facts["fields"] if f != "password"]},
            )
            for title, facts in super().get_fieldsets(request, obj)
        ]

    def user_change_password(self, request, id, form_url=""):
        account = self.get_object(request, unquote(id))
        if account and account.email:
            # Whoever knows it gets into an account: its owner sets it by a mailed link.
            raise PermissionDenied("Only its owner sets the password of an account.")
        return super().user_change_password(request, id, form_url)

    def get_readonly_fields(self, request, obj=None):
        fields = ["last_login", "date_joined"]
        if obj and obj.email:
            # Whoever reads its mail gets into an account: only its owner changes it.
            fields.append("email")
        if not request.user.is_superuser:
            fields += ["is_superuser", "user_permissions"]
        return fields


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The groups are the roles of peso/policy.py, written after each migration."""

    def get_queryset(self, request):
        return (
            super().get_queryset(request).prefetch_related("permissions__content_type")
        )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
