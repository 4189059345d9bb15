"""The form of a new account, which tells nobody that there is one already."""

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password


class SignUp(SignupForm):
    def try_save(self, request):
        if self.account_already_exists:
            # Else the answer comes sooner than where a password is worked on.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
