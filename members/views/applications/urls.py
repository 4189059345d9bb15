"""The addresses of those who apply; the preview is with the goals."""

from django.urls import path, register_converter

from members.applying.questions import STEPS
from members.views.applications import (
    colleagues,
    documents,
    invitations,
    own,
    revisions,
    steps,
)


class StepOfApplication:
    regex = "|".join(step.slug for step in STEPS)

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(StepOfApplication, "step")

ONE = "applications/<str:public_id>/"
urlpatterns = [
    path("applications/", own.applications, name="applications"),
    path("applications/open/", own.open, name="application_open"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path(ONE, own.application, name="application"),
    path(f"{ONE}submit/", own.submit, name="application_submit"),
    path(
        f"{ONE}duplicates/",
        own.tell_duplicates,
        name="application_duplicates",
    ),
    path(f"{ONE}reply/", own.reply, name="application_reply"),
    path(f"{ONE}withdraw/", own.withdraw, name="application_withdraw"),
    path(f"{ONE}revive/", own.revive, name="application_revive"),
    path(f"{ONE}reapply/", own.reapply, name="application_reapply"),
    path(f"{ONE}colleagues/", colleagues.colleagues, name="application_colleagues"),
    path(f"{ONE}colleagues/invite/", colleagues.invite, name="application_invite"),
    path(f"{ONE}colleagues/leave/", colleagues.leave, name="application_leave"),
    path(
        f"{ONE}colleagues/<int:pk>/dismiss/",
        colleagues.dismiss,
        name="application_dismiss",
    ),
    path(
        f"{ONE}invitations/<int:pk>/revoke/",
        colleagues.revoke,
        name="application_revoke",
    ),
    path(
        f"{ONE}revisions/<int:number>/",
        revisions.revision,
        name="application_revision",
    ),
    path(
        f"{ONE}documents/<int:pk>/",
        documents.document,
        name="application_document",
    ),
    path(f"{ONE}answers/<str:key>/", steps.answer, name="application_answer"),
    path(f"{ONE}<step:step>/", steps.step, name="application_step"),
]
