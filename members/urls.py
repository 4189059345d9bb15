from django.urls import include, path

from members.views import (
    communities,
    directory,
    institutions,
    mail,
    organizations,
)

app_name = "members"
urlpatterns = [
    path("directory/", directory.directory, name="directory"),
    path("directory.csv", directory.directory_csv, name="directory_csv"),
    path("directory.json", directory.directory_json, name="directory_json"),
    path("organizations/<slug:slug>/", organizations.organization, name="organization"),
    path("id/<str:public_id>/", organizations.permalink, name="permalink"),
    path(
        "institutions/search/",
        institutions.institution_search,
        name="institution_search",
    ),
    path("institutions/<str:key>/", institutions.institution, name="institution"),
    path("communities/", communities.communities, name="communities"),
    path(
        "communities/<slug:slug>/",
        communities.community,
        {"kind": "community"},
        name="community",
    ),
    path(
        "capabilities/<slug:slug>/",
        communities.community,
        {"kind": "capability"},
        name="capability",
    ),
    path("", include("members.views.applications.urls")),
    path("workbench/", include("members.views.workbench.urls")),
    path("workbench/mail/", mail.mails, name="mails"),
    path("workbench/mail/<int:pk>/", mail.mail, name="mail"),
    path("workbench/mail/<int:pk>/edit/", mail.edit, name="mail_edit"),
    path("workbench/mail/<int:pk>/release/", mail.release, name="mail_release"),
    path("workbench/mail/<int:pk>/discard/", mail.discard, name="mail_discard"),
    path("workbench/mail/<int:pk>/resend/", mail.resend, name="mail_resend"),
]
