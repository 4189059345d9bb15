import json

from django import template

register = template.Library()

# The words of the registry for those of allauth.
LABELS = {
    "Email": "E-mail address",
    "Current Password": "Current password",
    "New Password": "New password",
    "New Password (again)": "New password, once more",
    "Password (again)": "Password, once more",
}
NEW_PASSWORD = (
    "At least 10 characters, not only digits, and nothing that is easy to guess: no "
    "common password, and not your name or address."
)


@register.filter
def as_json(values):
    """For a data attribute, which is escaped like any other text."""
    return json.dumps(values)


@register.filter
def plain(form):
    """A form of allauth in the registry's words, none of them said twice."""
    for shown in form:
        shown.label = LABELS.get(str(shown.label), shown.label)
        shown.field.widget.attrs.pop("placeholder", None)
        # Else its rules for a password are four sentences that say what cannot be.
        if "<ul>" in str(shown.help_text):
            shown.help_text = NEW_PASSWORD
    return form
