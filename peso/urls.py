from django.contrib import admin
from django.urls import include, path

from peso import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("join/", views.join, name="join"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
    path("", include("goals.urls")),
]
