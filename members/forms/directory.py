"""The directory's search form: page, CSV and JSON read their query string with it."""

from functools import cached_property
from urllib.parse import urlencode

from crispy_forms.bootstrap import FieldWithButtons, StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import F

from members import facets, places, search
from members.models import Organization
from members.public import shared

ORDERS = {"relevance": "best match", "name": "name", "joined": "newest member"}
VIEWS = {"list": "List", "table": "Table", "map": "Map"}
SEVERAL = facets.CHOSEN
ONE = {"status": facets.STATUSES, "sort": ORDERS, "view": VIEWS}
MAX_WORDS = 40


class Words(forms.CharField):
    def __init__(self, **kwargs):
        super().__init__(
            label="Search",
            required=False,
            max_length=search.MAX_LENGTH,
            widget=forms.SearchInput(attrs={"dir": "auto"}),
            help_text="Names, acronyms, focus, communities, institutions and places, "
            "in any order.",
            error_messages={
                "max_length": "A search holds at most %(limit_value)d characters; "
                "this one has %(show_value)d."
            },
            **kwargs,
        )

    def validate(self, value):
        super().validate(value)
        if len(value.split()) > MAX_WORDS:
            raise forms.ValidationError(f"A search holds at most {MAX_WORDS} words.")


class Choices(forms.MultipleChoiceField):
    """Any of its choices; the form says which of the given ones are none."""

    def validate(self, value):
        pass


class Somewhere(forms.CharField):
    """A square of the map."""

    def to_python(self, value):
        text = super().to_python(value)
        square = places.Square.read(text)
        if text and not square:
            raise forms.ValidationError(
                "A place is its southern, western, northern and eastern edge, in whole "
                "degrees: 48,10,50,12."
            )
        return square


class DirectoryForm(forms.Form):
    """The directory's query string.

    What is broken in it is in `errors`, by parameter, and is ignored by
    `organizations()`: a page says so and goes on, a data format refuses.
    """

    q = Words()
    place = Somewhere(required=False)
    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**6,
        error_messages={
            "invalid": "A page is a whole number.",
            "min_value": "Pages are counted from 1.",
            "max_value": "There are not so many pages.",
        },
    )

    def __init__(self, data, *, state=None, **kwargs):
        super().__init__(data, **kwargs)
        self.state = state
        self.options = shared.get(state, "options", facets.options)
        for name in (*SEVERAL, *ONE):
            self.fields[name] = Choices(required=False)
        self.choices, self.search = {}, None
        self.full_clean()

    def clean(self):
        super().clean()
        for name in SEVERAL:
            self.choices[name] = self._known(name, self.options[name])
        for name, known in ONE.items():
            given = self._known(name, known)
            if len(given) > 1:
                self.add_error(name, "Only one of these can be chosen at a time.")
            self.choices[name] = given[0] if len(given) == 1 else ""
        self.choices["status"] = self.choices["status"] or "current"
        self.choices["place"] = str(self.square or "")
        self._understand(self.cleaned_data.get("q", ""))
        for name in self.data:
            if name not in self.fields:
                problems = self._errors.setdefault(_shown(name), self.error_class())
                problems.append("The directory has no such parameter.")

    def _known(self, name, options):
        """The given values of a parameter that there are, each once."""
        given = [value for value in dict.fromkeys(self.data.getlist(name)) if value]
        unknown = [value for value in given if value not in options]
        if unknown:
            named = ", ".join(f"“{_shown(value)}”" for value in unknown[:3])
            more = " and others" if len(unknown) > 3 else ""
            self.add_error(name, f"There is no {name} {named}{more}.")
        return [value for value in given if value in options]

    def _understand(self, text):
        understood = search.understand(text) if text else None
        if text and not understood.readings:
            self.add_error("q", "Nothing in this can be searched for.")
        elif text:
            self.search = understood

    @property
    def helper(self):
        """How crispy renders the search; the facets are lists of links and counts."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        button = StrictButton("Search", type="submit", css_class="button")
        helper.layout = Layout(FieldWithButtons("q", button))
        return helper

    @property
    def problems(self):
        """What was ignored, and why, by parameter."""
        return {name: " ".join(texts) for name, texts in self.errors.items()}

    @property
    def text(self):
        return self.cleaned_data.get("q", "") if self.search else ""

    @property
    def square(self):
        return self.cleaned_data.get("place")

    @property
    def corrections(self):
        return self.search.corrected if self.search else []

    @property
    def left_out(self):
        return self.search.left_out if self.search else []

    @property
    def shown_as(self):
        return self.choices["view"] or "list"

    @property
    def order(self):
        chosen = self.choices["sort"]
        if self.search:
            return chosen or "relevance"
        return "name" if chosen in ("", "relevance") else chosen

    @property
    def order_in_words(self):
        return ORDERS[self.order]

    @cached_property
    def facets(self):
        found = Organization.objects.all()
        if self.search:
            found = found.matching(self.search)
        if self.square:
            found = found.hosted_within(self.square)
        if self.search or self.square:
            return facets.count(found, self.choices, self.options)
        if any(self.choices[name] for name in SEVERAL):
            return facets.count(None, self.choices, self.options)
        # What nearly everybody sees, and by far the most to count.
        status = self.choices["status"]
        return shared.get(
            self.state,
            ("facets", status),
            lambda: facets.count(None, self.choices, self.options),
        )

    def organizations(self):
        """Those that the search and the choices leave, in order."""
        found = Organization.objects.with_status(self.choices["status"])
        if self.search:
            found = found.matching(self.search)
        if self.choices["level"]:
            found = found.at_level(self.choices["level"])
        for kind in ("community", "capability"):
            if self.choices[kind]:
                found = found.serving(self.choices[kind])
        goals, efforts = self.choices["goal"], self.choices["effort"]
        if goals or efforts:
            found = found.committed(goals=goals, efforts=efforts)
        if self.choices["country"]:
            found = found.hosted_in(self.choices["country"])
        if self.square:
            found = found.hosted_within(self.square)
        return self.ordered(found)

    def ordered(self, found):
        if self.order == "relevance":
            return found.by_relevance(self.search)
        if self.order == "joined":
            joined = F("joined_on").desc(nulls_last=True)
            return found.with_standing().order_by(joined, "folded_name", "pk")
        return found.order_by("folded_name", "pk")

    def query(self, **changes):
        """The query string of what is asked for, with changes: without what is usual.

        A change to the page is the only thing that keeps one.
        """
        asked = {"q": self.text, **self.choices}
        if asked["status"] == "current":
            asked["status"] = ""
        if asked["view"] == "list":
            asked["view"] = ""
        asked.update(changes)
        return urlencode({key: value for key, value in asked.items() if value}, True)

    def without(self, name, value):
        """The query string with one choice less."""
        return self.query(**{name: [v for v in self.choices[name] if v != value]})


def _shown(text):
    """A part of what was given, without what cannot be shown."""
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if len(text) <= 40 else f"{text[:40]}…"
