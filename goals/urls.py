from django.urls import path

from goals.views import applications, coverage, goals

app_name = "goals"
urlpatterns = [
    path("goals/", goals.goals, name="goals"),
    path("goals/<slug:slug>/", goals.goal, name="goal"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage.csv", coverage.coverage_csv, name="coverage_csv"),
    path("coverage.json", coverage.coverage_json, name="coverage_json"),
    path("coverage/members/", coverage.coverage_members, name="coverage_members"),
    path(
        "coverage/members.csv",
        coverage.coverage_members_csv,
        name="coverage_members_csv",
    ),
    path(
        "coverage/members.json",
        coverage.coverage_members_json,
        name="coverage_members_json",
    ),
    path(
        "coverage/<slug:goal>/<slug:community>/",
        coverage.coverage_cell,
        name="coverage_cell",
    ),
    path(
        "applications/<str:public_id>/preview/",
        applications.preview,
        name="application_preview",
    ),
]
