"""The forms of passkeys, for what no browser sends as well."""

from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError

# What the parts of the libraries that read it raise for something else than a key.
UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
NO_KEY = "That is nothing that a passkey or security key would answer."


class AddKey(forms.AddWebAuthnForm):
    def clean(self):
        try:
            return super().clean()
        except UNREADABLE:
            raise ValidationError(NO_KEY, code="no_key") from None


class KeyAnswer:
    def clean_credential(self):
        try:
            return super().clean_credential()
        except UNREADABLE:
            raise ValidationError(NO_KEY, code="no_key") from None


class SecondStepByKey(KeyAnswer, forms.AuthenticateWebAuthnForm):
    pass


class SignInByKey(KeyAnswer, forms.LoginWebAuthnForm):
    pass


class AgainByKey(KeyAnswer, forms.ReauthenticateWebAuthnForm):
    pass
