"""The queue's query string: which applications are listed, and how many of each kind.

Lists and counts are made of the same conditions, so they cannot disagree.
"""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, F, Q
from django.http import QueryDict
from django.urls import reverse

from members.applying.transitions import (
    IN_WORDS,
    OPEN,
    WITH_APPLICANTS,
    WITH_CONSORTIUM,
    State,
)
from members.models import Application
from members.navigation import Link

LABELS = {
    "waiting": "Waiting",
    "state": "State",
    "assigned": "Who has it",
    "source": "How it came in",
}
# As `Application.is_with_us`: what staff entered is theirs to write.
WITH_US = Q(state__in=WITH_CONSORTIUM) | Q(state=State.DRAFT) & ~Q(source="form")
# Which rows each choice leaves; what is chosen if nothing is asked for comes first.
CHOICES = {
    "waiting": {
        "any": ("For anybody", Q()),
        "us": ("For us", WITH_US),
        "them": ("For the applicants", Q(state__in=WITH_APPLICANTS) & ~WITH_US),
    },
    "state": {
        "open": ("Open", Q(state__in=OPEN)),
        **{str(each): (IN_WORDS[each].staff, Q(state=each)) for each in State},
        "all": ("Open and closed", Q()),
    },
    "assigned": {
        "any": ("Anybody or nobody", Q()),
        "me": ("I have it", Q()),
        "nobody": ("Nobody has it", Q(assigned_to=None)),
        "somebody": ("Somebody has it", Q(assigned_to__isnull=False)),
    },
    "source": {
        "any": ("In any way", Q()),
        **{each.value: (each.label, Q(source=each)) for each in Application.Source},
    },
}
ORDERS = {
    "waiting": ("Waiting longest", ("state_since", "pk")),
    "changed": ("Changed last", ("-state_since", "-pk")),
    "submitted": ("Submitted first", (F("submitted_at").asc(nulls_last=True), "pk")),
    "name": ("Name", ("folded", "pk")),
}
SHOWN_OF_A_VALUE = 40


@dataclass(frozen=True)
class Facet:
    label: str
    links: list[Link]


def _one_of(keys):
    wrong = {"invalid_choice": "There is nothing called “%(value)s” to choose."}
    choices = [(key, key) for key in keys]
    return forms.ChoiceField(choices=choices, required=False, error_messages=wrong)


class QueueForm(forms.Form):
    """What of the queue is asked for; what is broken in it is ignored and told."""

    q = forms.CharField(
        label="Search by name",
        required=False,
        max_length=200,
        widget=forms.SearchInput(attrs={"class": "form-control", "dir": "auto"}),
    )
    waiting = _one_of(CHOICES["waiting"])
    state = _one_of(CHOICES["state"])
    assigned = _one_of(CHOICES["assigned"])
    source = _one_of(CHOICES["source"])
    sort = _one_of(ORDERS)
    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**6,
        error_messages={"invalid": "A page is a whole number."},
    )

    def __init__(self, data, user):
        super().__init__(data)
        self.user = user
        self.full_clean()

    @property
    def problems(self):
        """What of the address was not understood, in sentences."""
        told = [text for texts in self.errors.values() for text in texts]
        unknown = [
            name[:SHOWN_OF_A_VALUE] for name in self.data if name not in self.fields
        ]
        return told + [f"The queue has no parameter “{name}”." for name in unknown]

    @property
    def text(self):
        return self.cleaned_data.get("q", "")

    @property
    def page_asked(self):
        return self.cleaned_data.get("page") or 1

    @cached_property
    def chosen(self):
        """The choice in each facet: what is usual, where nothing is asked for."""
        return {
            name: self.cleaned_data.get(name) or next(iter(options))
            for name, options in CHOICES.items()
        }

    @property
    def order(self):
        return self.cleaned_data.get("sort") or next(iter(ORDERS))

    def _condition(self, facet, key):
        mine = Q(assigned_to=self.user)
        return mine if (facet, key) == ("assigned", "me") else CHOICES[facet][key][1]

    def _conditions(self, **changes):
        asked = self.chosen | changes
        together = Q()
        for facet, key in asked.items():
            together &= self._condition(facet, key)
        return together

    def _found(self):
        return Application.objects.for_review(self.user).named_like(self.text)

    def applications(self):
        """Those that search and choices leave, in order."""
        found = self._found().filter(self._conditions())
        return found.select_related("assigned_to").order_by(*ORDERS[self.order][1])

    @cached_property
    def counts(self):
        """How many each choice would leave, the others as they are; in one query."""
        kinds = self._kinds()
        sums = {
            f"{facet}_{key}": self._sum(kinds, **{facet: key})
            for facet, options in CHOICES.items()
            for key in options
        }
        return sums | {"total": self._sum(kinds)}

    def _kinds(self):
        """The number of each kind: those that the same choices leave."""
        each = {
            f"{facet}_{key}": self._condition(facet, key)
            for facet, options in CHOICES.items()
            for key in options
        }
        # What leaves all is no condition.
        each = {name: condition for name, condition in each.items() if condition}
        found = self._found().order_by().annotate(**each).values(*each)
        return list(found.annotate(number=Count("pk")))

    def _sum(self, kinds, **changes):
        names = [f"{f}_{key}" for f, key in (self.chosen | changes).items()]
        return sum(
            kind["number"]
            for kind in kinds
            if all(kind.get(name, True) for name in names)
        )

    @property
    def total(self):
        return self.counts["total"]

    @property
    def facets(self):
        return [Facet(LABELS[facet], self._links(facet)) for facet in CHOICES]

    def _links(self, facet):
        links = []
        for place, (key, (label, _)) in enumerate(CHOICES[facet].items()):
            is_chosen, count = self.chosen[facet] == key, self.counts[f"{facet}_{key}"]
            query = self.query(**{facet: key if place else ""})
            # A state that nothing is in is only noise among nine of them.
            if count or is_chosen or facet != "state":
                links.append(Link(label, query, is_chosen, count))
        return links

    @property
    def orders(self):
        usual = next(iter(ORDERS))
        return [
            Link(label, self.query(sort="" if key == usual else key), key == self.order)
            for key, (label, _) in ORDERS.items()
        ]

    @property
    def kept(self):
        """What else is asked for, which a search keeps."""
        asked = self._asked()
        return {name: value for name, value in asked.items() if value and name != "q"}

    @property
    def without_search(self):
        return self.query(q="")

    def query(self, **changes):
        """This question with `changes`, as a query string; from its first page on."""
        asked = self._asked() | changes
        return urlencode({name: value for name, value in asked.items() if value})

    def _asked(self):
        usual = {facet: next(iter(options)) for facet, options in CHOICES.items()}
        asked = {"q": self.text}
        asked |= {f: "" if k == usual[f] else k for f, k in self.chosen.items()}
        return asked | {"sort": self.cleaned_data.get("sort", "")}


# Lists of the queue whose numbers are told elsewhere, by their query.
WAITING = {
    "waiting=us": "that wait for us",
    "waiting=us&assigned=nobody": "that wait for us, and nobody has them",
}


def waiting(user):
    """What waits for people like `user`: (words, number, address of the list)."""
    for query, words in WAITING.items():
        # Without the count of each choice, which the list's own page shows.
        total = QueueForm(QueryDict(query), user).applications().count()
        yield f"applications {words}", total, f"{reverse('members:workbench')}?{query}"
