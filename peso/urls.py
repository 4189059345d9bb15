from django.contrib import admin
from django.urls import include, path

from peso import health, sitemaps, views

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error
handler429 = "members.accounts.doors.handler429"

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("join/", views.join, name="join"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemap-<slug:section>.xml", sitemaps.part, name="sitemap"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("members.accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(("peso.api", "api"))),
    path("", include("members.urls")),
    path("", include("goals.urls")),
]
