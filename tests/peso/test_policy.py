"""The whole table of roles, and that it reaches the groups."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command
from django.test import RequestFactory

from members.models import User
from peso import policy
from tests import factories

pytestmark = pytest.mark.django_db

# What each role adds to the one before it: app, model, and what may be done.
TABLE = """
viewer
  goals.view_approach
  goals.view_commitment
  goals.view_commitmentapproach
  goals.view_commitmentcommunity
  goals.view_evidence
  goals.view_goal
  members.view_community
  members.view_decision
  members.view_event
  members.view_host
  members.view_import
  members.view_institution
  members.view_level
  members.view_membership
  members.view_name
  members.view_oldslug
  members.view_organization
  members.view_person
  members.view_policyvalue
  members.view_representative
  members.view_service
reviewer
  members.review_application
editor
  goals.add_commitmentapproach
  goals.add_commitmentcommunity
  goals.add_evidence
  goals.change_commitment
  goals.change_commitmentapproach
  goals.change_commitmentcommunity
  goals.change_evidence
  goals.delete_commitmentapproach
  goals.delete_commitmentcommunity
  goals.delete_evidence
  members.add_community
  members.add_host
  members.add_import
  members.add_institution
  members.add_name
  members.add_organization
  members.add_person
  members.add_representative
  members.add_service
  members.change_community
  members.change_host
  members.change_institution
  members.change_name
  members.change_organization
  members.change_person
  members.change_representative
  members.change_service
  members.delete_community
  members.delete_host
  members.delete_institution
  members.delete_name
  members.delete_person
  members.delete_service
membership officer
  goals.confirm_commitment
  goals.end_commitment
  goals.state_commitment
  members.admit_membership
  members.change_level_membership
  members.correct_membership
  members.decide_application
  members.discard_mail
  members.edit_mail
  members.end_membership
  members.enter_application
  members.record_decision
  members.reinstate_membership
  members.release_mail
  members.rename_organization
  members.resend_mail
  members.succeed_organization
  members.view_answer
  members.view_application
  members.view_applicationevent
  members.view_collaborator
  members.view_comment
  members.view_document
  members.view_invitation
  members.view_mail
  members.view_recommendation
  members.view_revision
  members.view_verdict
  members.view_websitecheck
administrator
  auth.view_group
  members.add_level
  members.add_policyvalue
  members.add_user
  members.change_level
  members.change_policyvalue
  members.change_user
  members.view_user
"""


def granted(group):
    permissions = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{name}" for app, name in permissions}


def test_the_groups_have_the_rights_of_the_table():
    lines, before = [], set()
    for role in policy.ROLES:
        rights = granted(Group.objects.get(name=role))
        lines += [role, *sorted(f"  {right}" for right in rights - before)]
        for included in policy.INCLUDES.get(role, ()):
            assert granted(Group.objects.get(name=included)) <= rights
        before |= rights

    assert lines == TABLE.strip().splitlines()


def test_reviewers_and_editors_have_no_rights_of_each_other():
    reviewer = policy.permissions_of("reviewer")
    editor = policy.permissions_of("editor")

    assert reviewer & editor == policy.permissions_of("viewer")
    assert not any(right.endswith("_application") for right in editor)


def test_who_is_in_a_group_stays_when_its_rights_are_written_again():
    group = Group.objects.get(name="viewer")
    user = factories.user()
    user.groups.add(group)
    group.permissions.clear()

    call_command("migrate", verbosity=0)

    assert list(group.user_set.all()) == [user]
    assert "members.view_organization" in granted(group)


def test_every_permission_that_does_something_is_in_a_role():
    """Of ours: those of actions, of models, and of what the admin lets anybody do."""
    useful = set(policy.ACTIONS.values()) - {None}
    request = RequestFactory().get("/")
    request.user = factories.officer()
    for model, model_admin in admin.site._registry.items():
        rights = model_admin.get_model_perms(request)
        opts = model._meta
        useful |= {
            f"{opts.app_label}.{right}_{opts.model_name}"
            for right, granted in rights.items()
            # A decision is added by its verb, whose right is another one.
            if granted and not (right == "add" and hasattr(model_admin, "began_by"))
        }
    for app in ("members", "goals"):
        for model in apps.get_app_config(app).get_models():
            useful |= {f"{app}.{name}" for name, _ in model._meta.permissions}

    assert useful - policy.permissions_of("administrator") == set()


def test_nobody_else_may_do_anything():
    closed = factories.user(permissions=["admit_membership"])
    closed.is_active = False
    answers = {
        action: [
            policy.may(who, action).allowed
            for who in (None, AnonymousUser(), factories.user(), closed)
        ]
        for action in policy.ACTIONS
    }

    refused = {action: [False] * 4 for action in policy.ACTIONS}
    # Whoever has an account may apply.
    assert answers == refused | {"application.open": [False, False, True, False]}


def test_the_registry_itself_may_do_everything():
    registry = User.objects.registry()

    assert all(policy.may(registry, action) for action in policy.ACTIONS)


def test_a_refusal_has_a_reason():
    answer = policy.may(factories.user(), "membership.admit")

    assert not answer
    assert "members.admit_membership" in answer.reason
