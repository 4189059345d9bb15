from functools import cache

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User


class SignedIn(AuthenticationBackend):
    """Who is signed in, and in the same query whether their rights hold."""

    def get_user(self, user_id):
        sql, params = _with_rights()
        user = next(iter(User.objects.raw(sql, [*params, user_id])), None)
        return user if user and self.user_can_authenticate(user) else None


@cache
def _with_rights():
    """The query, but for the key: made once, as each request of somebody signed in
    begins with it."""
    sql, params = User.objects.with_rights().filter(pk=0).query.sql_with_params()
    return sql, params[:-1]
