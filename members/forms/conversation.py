"""What applicants say beside their answers."""

from django import forms

from members.models import Collaborator
from members.models.text import validate_text


class ReplyForm(forms.Form):
    text = forms.CharField(
        label="Your message",
        max_length=20_000,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text="Whoever reviews the application reads it.",
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=2000,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text="If you want to say so. Colleagues and the consortium read it.",
    )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="As",
        choices=[
            ("editor", "Editor: writes and submits with you"),
            ("reader", "Reader: sees everything, changes nothing"),
        ],
        initial=Collaborator.Role.EDITOR,
        widget=forms.RadioSelect,
    )
