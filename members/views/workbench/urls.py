"""The addresses below /workbench/applications/ and beside it: one for each verb."""

from django.urls import path

from members.views.workbench.application import application, document
from members.views.workbench.decision import decision
from members.views.workbench.entering import enter
from members.views.workbench.queue import queue
from members.views.workbench.verbs import carry_out
from members.workbench.page import FORMS

HERE = "applications/<str:public_id>/"

urlpatterns = [
    path("", queue, name="workbench"),
    path("enter/", enter, name="workbench_enter"),
    path(HERE, application, name="workbench_application"),
    path(f"{HERE}decision/", decision, name="workbench_decision"),
    path(f"{HERE}documents/<int:pk>/", document, name="workbench_document"),
    *(
        path(
            f"{HERE}{form.slug()}/",
            carry_out,
            {"form_class": form},
            name=f"workbench_{form.verb}",
        )
        for form in FORMS
    ),
]
