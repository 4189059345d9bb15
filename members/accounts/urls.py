"""The account pages: ours, and those of allauth that the registry uses."""

from django.urls import include, path

from members.accounts import providers
from members.views import accounts

urlpatterns = [
    path("", accounts.account, name="account"),
    path("name/", accounts.name, name="account_name"),
    path("data.json", accounts.data, name="account_data"),
    path("close/", accounts.close, name="account_close"),
    path("closed/", accounts.closed, name="account_closed"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("others/", include("allauth.socialaccount.urls")),
    path(
        "oidc/<slug:provider_id>/login/", providers.login, name="openid_connect_login"
    ),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        providers.callback,
        name="openid_connect_callback",
    ),
    path("sessions/", include("allauth.usersessions.urls")),
]
