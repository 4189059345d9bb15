from functools import cache

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User


class SignedIn(AuthenticationBackend):
    """Who is signed in, and in the same query whether their rights hold."""

    def get_user(self, user_id):
        user = _with_rights().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


@cache
def _with_rights():
    """Made once, as each request of somebody signed in begins with it."""
    return User.objects.with_rights()
