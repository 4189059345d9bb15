"""What the page of an application shows, and to whom."""

from django.db.models import Q

from members.forms import staging
from members.forms import workbench as forms
from members.models import Person, User
from members.models.checks import checks
from members.models.people import shown_name
from members.workbench import reading
from peso import policy

# In the order in which they are offered.
ON_THE_PAGE = (
    forms.TakeUpForm,
    forms.PutForwardForm,
    forms.RequestChangesForm,
    forms.ReopenForm,
    forms.ReviveForm,
    forms.AssignForm,
    forms.RecommendForm,
    forms.CommentForm,
    forms.AttachForm,
    forms.WithdrawForm,
    forms.ExpireForm,
)
ON_THE_DECISION = (staging.StageForm, forms.ReleaseForm, forms.TakeBackForm)
FORMS = (*ON_THE_PAGE, *ON_THE_DECISION)

EVENTS = {
    "open": "Opened",
    "submit": "Submitted",
    "take_up": "Taken up",
    "assign": "Assigned",
    "request_changes": "Changes requested",
    "recommend": "A recommendation was given",
    "put_forward": "Put forward for the decision",
    "reopen": "Back to review",
    "stage": "A decision was staged",
    "take_back": "The staged decision was taken back",
    "accept": "Accepted",
    "decline": "Declined",
    "withdraw": "Withdrawn",
    "expire": "Expired",
    "revive": "Revived",
    "reapply": "A new application starts from this one",
    "invite": "A colleague was invited",
    "revoke": "An invitation was taken back",
    "join": "A colleague takes part",
    "leave": "A colleague takes part no longer",
    "attach": "A document was attached",
    "claim": "A representative has an account now",
    "remind": "Reminded",
}
# The reasons of these are not for those who cannot decide: they tell of decisions
# that nobody was told of.
DECIDERS_OWN = ("stage", "take_back")
OF_ACCOUNTS, OF_INVITATIONS = ("assign", "leave"), ("invite", "revoke")
OF_PEOPLE = ("claim",)


def is_open_to(user, application, verb):
    """Whether the state allows `verb` now, and the policy allows it to `user`."""
    is_legal = application.can(verb)
    return is_legal and bool(policy.may(user, f"application.{verb}", application))


def offered(application, user, forms, refused=None):
    """The forms of the open verbs, by verb; the refused one as it was typed."""
    found = {
        form.verb: form(application, user)
        for form in forms
        if is_open_to(user, application, form.verb) and _is_of_use(form, application)
    }
    return found | ({refused.verb: refused} if refused else {})


def _is_of_use(form, application):
    """A draft that staff write is submitted or given up; nobody talks about it yet."""
    if application.latest:
        return True
    return form in (forms.AttachForm, forms.WithdrawForm, forms.ReviveForm)


def shown(application, user, asked, refused=None):
    """The values of the application's page; `asked` is the query of its address."""
    interests = application.interests_among(_asked_about(application, user))
    revisions = list(application.revisions.select_related("by", "website_check"))
    names = reading.names_of_institutions(revisions)
    decides = policy.may(user, "application.decide", application)
    values = {
        "application": application,
        "revisions": revisions,
        "interests": interests[user.pk],
        "decides": decides,
        "forms": offered(application, user, ON_THE_PAGE, refused),
        "refused": refused,
        "comments": application.comments_for(user),
        "events": events_for(application, decides),
        "documents": application.documents.defer("content"),
        "verdicts": verdicts_for(application, decides),
        "is_writable": application.can("edit")
        and policy.may(user, "application.edit", application),
    }
    return values | _of_revisions(application, user, asked, revisions, names)


def _asked_about(application, user):
    """Everybody whose conflicts of interest the page tells, to find all at once."""
    return {user, *(application.reviewers() if application.can("assign") else ())}


def _of_revisions(application, user, asked, revisions, names):
    if not revisions:
        return {}
    revision = application.latest
    pair = asked.get("from", ""), asked.get("to", "")
    given = application.recommendations.filter(revision=revision)
    return {
        "revision": revision,
        "parts": reading.parts_of(revision, application, names),
        "comparison": reading.comparison(revisions, *pair, application, names),
        "checks": checks(application, user),
        "recommendations": application.recommendations_for(user),
        "advised": given.values("by").distinct().count(),
    }


def events_for(application, decides):
    """What happened, with who did it, in words; oldest first."""
    rows = application.events.select_related("by")
    if not decides:
        rows = rows.exclude(Q(verb="invite") | Q(verb="revoke"))
    rows = list(rows)
    accounts = User.objects.filter(pk__in=_told_keys(rows, OF_ACCOUNTS))
    invited = application.invitations.filter(pk__in=_told_keys(rows, OF_INVITATIONS))
    people = Person.objects.filter(pk__in=_told_keys(rows, OF_PEOPLE))
    names = {(OF_ACCOUNTS, str(each.pk)): shown_name(each) for each in accounts}
    names |= {(OF_INVITATIONS, str(each.pk)): str(each) for each in invited}
    names |= {(OF_PEOPLE, str(each.pk)): each.name for each in people}
    for row in rows:
        row.words = EVENTS.get(row.verb, row.verb.replace("_", " ").capitalize())
        row.told = _told(row, names, decides)
    return rows


def _told_keys(rows, verbs):
    """What events of `verbs` name, by its key: they hold no names, which can go."""
    found = (row.reason for row in rows if row.verb in verbs)
    return {key for key in found if key.isdecimal()}


def _told(event, names, decides):
    """The reason of an event, to whom it may be told."""
    for verbs in (OF_ACCOUNTS, OF_INVITATIONS, OF_PEOPLE):
        if event.verb in verbs:
            return names.get((verbs, event.reason), "")
    if event.verb in DECIDERS_OWN and not decides:
        return ""
    return event.reason


def verdicts_for(application, decides):
    """Past decisions: those released for all, those taken back for deciders."""
    rows = application.verdicts.select_related(
        "level", "organization", "staged_by", "released_by", "taken_back_by"
    )
    return rows.past() if decides else rows.released()
