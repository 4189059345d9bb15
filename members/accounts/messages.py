"""The mails about an account: one template each, and one for all notices."""

from members import emails

# Whoever reads these can act as their recipient.
SECRETS = {
    "account/email/email_confirmation": "account-address-code",
    "account/email/email_confirmation_signup": "account-sign-up-code",
    "account/email/login_code": "account-sign-in-code",
    "account/email/password_reset_key": "account-password-link",
}
ANSWERS = {
    "account/email/account_already_exists": "account-there-already",
    "account/email/unknown_account": "account-unknown",
}
# What happened to an account, told to its owner in case it was somebody else.
NOTICES = {
    "account/email/email_changed": "Its e-mail address was changed to {to_email}.",
    "account/email/password_changed": "Its password was changed.",
    "account/email/password_reset": "A new password was set by a mailed link.",
    "account/email/password_set": "A password was set.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made.",
    "mfa/email/totp_activated": "An authenticator app was added.",
    "mfa/email/totp_deactivated": "The authenticator app was removed.",
    "mfa/email/webauthn_added": "A passkey or security key was added.",
    "mfa/email/webauthn_removed": "A passkey or security key was removed.",
    "socialaccount/email/account_connected": "Sign-in by {provider} was added.",
    "socialaccount/email/account_disconnected": "Sign-in by {provider} was removed.",
    "account/closed": "It was closed, and what it held about you was erased.",
}


def message_of(prefix, context):
    """The registry's message for what allauth calls `prefix`. KeyError: it has none."""
    if prefix in NOTICES:
        return notice(prefix, context)
    values = {
        name: emails.line(context[name])
        for name in ("code", "password_reset_url", "signup_url")
        if name in context
    }
    if prefix in ANSWERS:
        return emails.write(ANSWERS[prefix], **values)
    return emails.write(SECRETS[prefix], is_secret=True, **values)


def notice(prefix, context):
    values = {
        name: emails.name(context[name])
        for name in ("to_email", "provider", "ip")
        if name in context
    }
    return emails.write(
        "account-notice",
        what=NOTICES[prefix].format(**values),
        ip=values.get("ip", ""),
        at=context["timestamp"],
    )
