"""Where allauth asks the registry: for mails, addresses, names and codes."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.shortcuts import redirect

from members import emails
from members.accounts.addresses import address_of
from members.accounts.messages import message_of
from members.addresses import site_address
from members.models import Mail, User
from members.models.text import validate_line

NAME_LENGTH = 150


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix, email, context):
        """Keep the mail; it is sent after this transaction, like every other."""
        # Links name the site's own address, whatever host the request came to.
        for name, value in context.items():
            if name.endswith("_url"):
                context[name] = site_address(urlsplit(value).path)
        by = self.request.user if self.request.user.is_authenticated else None
        Mail.objects.write(message_of(template_prefix, context), to=email, by=by)

    def get_client_ip(self, request):
        return address_of(request)

    def clean_email(self, email):
        validate_line(email)
        # Longer ones would be cut, and lead to somebody else's mailbox.
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return super().clean_email(email)

    def populate_username(self, request, user):
        """Nobody chooses it, nor does a provider: names such as “registry” mean more
        than others."""
        user.username = self.generate_unique_username([user.email, "user"])

    def save_user(self, request, user, form, commit=True):
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:
            # Somebody took the address, or the name made of it, in this very moment.
            text = "That did not work out this time. Please send the form once more."
            messages.error(request, text)
            raise ImmediateHttpResponse(redirect(request.get_full_path())) from None


class SocialAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request, sociallogin):
        """No provider's word is taken for whose an address is: we send it a code.

        Else whoever can make a provider say an address gets the account of it.
        """
        for address in sociallogin.email_addresses:
            address.verified = False

    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(filter(None, parts))
        user.username, user.last_name = "", ""
        user.first_name = emails.line(name)[:NAME_LENGTH]
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self):
        return settings.CONSORTIUM_NAME

    def get_public_key_credential_rp_entity(self):
        entity = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.CONSORTIUM_NAME}
