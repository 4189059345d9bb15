"""The forms of the verbs: what each asks for, and when it is not possible at all."""

from members.admin.forms.decisions import DecisionForm
from members.admin.forms.memberships import (
    AdmitForm,
    ChangeLevelForm,
    CorrectForm,
    EndForm,
    ReinstateForm,
)
from members.admin.forms.organizations import RenameForm, SucceedForm
from members.admin.forms.verbs import ReasonForm, VerbForm

__all__ = [
    "AdmitForm",
    "ChangeLevelForm",
    "CorrectForm",
    "DecisionForm",
    "EndForm",
    "ReasonForm",
    "ReinstateForm",
    "RenameForm",
    "SucceedForm",
    "VerbForm",
]
