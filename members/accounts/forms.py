from django import forms

from members.accounts.adapters import NAME_LENGTH
from members.models.text import validate_line


def name_field():
    # One field: not every name has a first and a last part, in that order.
    return forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        help_text="Shown to those you work with here, such as the colleagues of an "
        "application.",
    )


class SignUpForm(forms.Form):
    """What is asked besides address and password."""

    field_order = ["name", "email", "password1"]
    name = name_field()

    def signup(self, request, user):
        user.first_name, user.last_name = self.cleaned_data["name"], ""
        user.save(update_fields=["first_name", "last_name"])


class NameForm(forms.Form):
    name = name_field()


class CloseForm(forms.Form):
    email = forms.EmailField(
        label="Your e-mail address",
        help_text="Typed once more, so that nobody closes an account by a slip.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email.casefold() != self.user.email.casefold():
            raise forms.ValidationError("This is not the address of this account.")
        return email
