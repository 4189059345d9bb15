"""The form of one step of an application: as lax as a draft is."""

from typing import Any, NamedTuple

from django import forms
from django.utils.html import format_html

from members.applying.kinds import Kind, Question
from members.applying.questions import EVIDENCE, PROPOSALS, ROLES, STEPS
from members.models import Institution

STEP = {step.slug: step for step in STEPS}
PROPOSED = "<bdi>{}</bdi> (proposed)"
REQUIRED = '{} <span class="needed">required</span>'
NOTHING_CHOSEN = ("", "Not chosen yet")


class AnswerField(forms.Field):
    """One question. What is wrong with an answer is told when it is saved."""

    def __init__(self, question, widget):
        super().__init__(
            label=format_html(REQUIRED, question.label)
            if question.required
            else question.label,
            help_text=question.help,
            required=False,
            widget=widget,
        )


WIDGETS = {
    Kind.LINE: lambda _: forms.TextInput({"dir": "auto"}),
    Kind.TEXT: lambda _: forms.Textarea({"dir": "auto", "rows": 6}),
    Kind.LINES: lambda _: forms.Textarea({"dir": "auto", "rows": 2}),
    Kind.EMAIL: lambda _: forms.EmailInput({"autocomplete": "off"}),
    Kind.ADDRESS: lambda _: forms.TextInput({"inputmode": "url"}),
    Kind.CHOICE: lambda choices: forms.RadioSelect(choices=[NOTHING_CHOSEN, *choices]),
    Kind.CHOICES: lambda choices: forms.CheckboxSelectMultiple(choices=choices),
    Kind.INSTITUTIONS: lambda chosen: forms.CheckboxSelectMultiple(choices=chosen),
    Kind.YES: lambda _: forms.CheckboxInput(),
}


class Asked(NamedTuple):
    """A question as a form shows it.

    `seen` is the version that its writer knows; `theirs` what somebody else made of it
    since; `said` what became of it, in a word.
    """

    question: Question
    field: Any
    seen: int
    theirs: Any = None
    said: str = ""

    @property
    def key(self):
        return self.question.key

    @property
    def is_given(self):
        """Whether there is something to be seen in it."""
        return bool(self.field.value() or self.field.errors or self.theirs)

    @property
    def their_words(self):
        """What somebody else wrote there, as lines."""
        names = self.field.field.widget
        known = dict(getattr(names, "choices", ()))
        return self.question.in_words(self.theirs.value, known)


class Group(NamedTuple):
    """Questions that belong together, under a heading."""

    key: str
    title: str
    asked: list[Asked]


class StepForm(forms.Form):
    """The questions of a step, or those of `keys` alone.

    With `data`, it shows what was typed; else, what the draft says.
    """

    def __init__(self, application, step, data=None, keys=None):
        self.application, self.step = application, step
        self.questions = {
            key: question
            for key, question in application.questions.items()
            if question.step == step.slug and (keys is None or key in keys)
        }
        draft = application.draft
        initial = {key: draft.get(key, q.empty) for key, q in self.questions.items()}
        super().__init__(data, initial=initial, use_required_attribute=False)
        self.held = {each.key: each for each in application.answers.all()}
        self.seen = self._versions()
        self.theirs, self.said = {}, {}
        for key, question in self.questions.items():
            choices = self._choices(question, initial[key])
            self.fields[key] = AnswerField(question, WIDGETS[question.kind](choices))

    def _versions(self):
        return {
            key: self.held[key].version if key in self.held else 0
            for key in self.questions
        }

    def _choices(self, question, chosen):
        """Of institutions, those that are chosen, here or in what was sent."""
        if question.kind != Kind.INSTITUTIONS:
            return list(self._offered(question, chosen))
        sent = self.data.getlist(question.key) if self.is_bound else ()
        keys = {key for key in (*chosen, *sent) if key.isdecimal() and len(key) < 19}
        return [(str(pk), name) for pk, name in institution_labels(keys).items()]

    def _offered(self, question, chosen):
        """Proposals by their names, once they have one."""
        for key, label in question.choices:
            name = self.application.draft.get(f"{key}-name")
            if name or key in chosen or not key.startswith("proposal-"):
                yield key, format_html(PROPOSED, name) if name else label

    def typed(self):
        """What was sent, by key.

        Of what a browser leaves out, boxes that nobody checked for example, the version
        is sent all the same: without it, a question was not in the form.
        """
        sent = {}
        for key, field in self.fields.items():
            if key in self.data or f"seen-{key}" in self.data:
                value = field.widget.value_from_datadict(self.data, {}, key)
                sent[key] = "" if value is None else value
        return sent

    def save(self, *, by):
        """Keep what was typed; what was not kept is in `errors` and `theirs`.

        “keep” and “take” name a question for which the writer prefers the own or the
        other version of those that were shown side by side.
        """
        given, seen = self.typed(), self._versions_sent()
        kept, taken = self.data.get("keep"), self.data.get("take")
        if kept in seen:
            seen[kept] = number(self.data.get(f"theirs-{kept}"))
        given.pop(taken, None)
        saved = self.application.save_answers(given, by=by, seen=seen)
        for problem in saved.problems:
            self.add_error(problem.field, problem.text)
        self.theirs = {each.key: each for each in saved.conflicts}
        self.seen |= seen | saved.versions
        self.said = dict.fromkeys(saved.versions, "Saved")
        return saved

    def _versions_sent(self):
        """Whatever is sent instead of a version is older than all."""
        return {key: number(self.data.get(f"seen-{key}")) for key in self.fields}

    def asked(self, key):
        return Asked(
            self.questions[key],
            self[key],
            self.seen[key],
            self.theirs.get(key),
            self.said.get(key, ""),
        )

    def all(self):
        return [self.asked(key) for key in self.questions]

    # As the pages show them

    def asks_for_something(self):
        """Whether any of its questions has to be answered in the end."""
        return any(each.required for each in self.questions.values())

    def contested(self):
        """Where somebody else wrote something else meanwhile."""
        return [self.asked(key) for key in self.theirs]

    def refused(self):
        """Where what was typed could not be kept."""
        return [self.asked(key) for key in self.errors]

    def served(self):
        return self.asked("communities")

    def services(self):
        """For each kind of community: each one's box, and how it is served."""
        kinds = {key: kind for key, _, kind in self.application.vocabulary.communities}
        found = {"community": [], "capability": []}
        for box in self["communities"]:
            key = str(box.data["value"])
            found[kinds[key]].append((box, self.asked(f"how-{key}")))
        return found.items()

    def proposals(self):
        titles = [(f"proposal-{n}", f"Proposal {n}") for n in PROPOSALS]
        return [self._group(key, title) for key, title in titles]

    def people(self):
        return [self._group(key, title) for key, title in ROLES.items()]

    def commitments(self):
        """Each goal with its questions; for whom, and the evidence, apart."""
        for goal in self.application.vocabulary.goals:
            group = {
                each.key.removeprefix(f"{goal.slug}-"): each
                for each in self._group(goal.slug, goal.title).asked
            }
            evidence = [
                [group.pop(f"evidence-{n}-title"), group.pop(f"evidence-{n}-url")]
                for n in EVIDENCE
            ]
            yield goal, group.pop("communities"), evidence, list(group.values())

    def _group(self, key, title):
        asked = [self.asked(k) for k, q in self.questions.items() if q.group == key]
        return Group(key, title, asked)


def number(text):
    """A version as a form sends it; 0 for anything else."""
    is_number = isinstance(text, str) and text.isascii() and text.isdecimal()
    return int(text) if is_number and len(text) < 9 else 0


def institution_labels(keys):
    """Names of institutions with their places, by key."""
    rows = Institution.objects.filter(pk__in=keys).order_by("name", "pk")
    return {
        str(row.pk): ", ".join(filter(None, (row.name, row.city, row.country)))
        for row in rows
    }
