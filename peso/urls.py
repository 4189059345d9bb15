from django.contrib import admin
from django.urls import include, path

from peso import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("join/", views.join, name="join"),
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
    path("", include("goals.urls")),
]
