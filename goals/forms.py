from django import forms
from django.http import QueryDict

from goals.coverage import LEADS, PROVIDING, Mark
from goals.models import Commitment
from goals.provision import OTHER_LETTERS, MembersByGoal
from members import navigation
from members.models import Community

MARKS = {mark.slug: mark for mark in Mark}
LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", OTHER_LETTERS]


class QueryForm(forms.Form):
    """The parameters of an address: what is wrong is said, the rest counts."""

    def problems(self):
        """What is wrong with the parameters: a sentence for each of them."""
        known = ", ".join(self.fields)
        unknown = {
            name[:40]: f"This is no parameter here; these are: {known}."
            for name in self.data
            if name not in self.fields
        }
        broken = {name: " ".join(texts) for name, texts in self.errors.items()}
        return unknown | broken

    def value(self, name):
        """The value of a parameter, empty if it is absent or broken."""
        return "" if name in self.errors else self.cleaned_data[name] or ""

    @property
    def query(self):
        """The parameters that count, for the addresses of other tables and formats."""
        query = QueryDict(mutable=True)
        for name in self.fields:
            if value := self.value(name):
                query[name] = value
        return query


def choice(*values):
    return forms.ChoiceField(
        choices=[(value, value) for value in values],
        required=False,
        error_messages={"invalid_choice": f"Choose one of: {', '.join(values)}."},
    )


class PagesForm(QueryForm):
    """The parameters of a list that comes in pages."""

    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "This is not the number of a page."
        ),
    )

    def query_of(self, *, page):
        """The query string of another page of the same list."""
        query = self.query.copy()
        query.pop("page", None)
        if page:
            query["page"] = page
        return query.urlencode()

    def pages(self, page):
        return list(navigation.pages(page, self.query_of))


class CoverageForm(QueryForm):
    """Which part of goals by communities and capabilities is asked for."""

    show = choice(*MARKS)
    kind = choice(*Community.Kind.values)
    effort = choice(LEADS)

    @property
    def mark(self):
        return MARKS.get(self.value("show"))

    @property
    def efforts(self):
        return (LEADS,) if self.value("effort") else PROVIDING

    def table(self):
        return Commitment.objects.coverage(
            kind=self.value("kind"), efforts=self.efforts
        )


class MembersCoverageForm(PagesForm):
    """Which members the table of goals by members is asked for."""

    letter = choice(*LETTERS)
    show = choice("unstated")

    def members(self):
        return MembersByGoal(
            letter=self.value("letter"), unstated=bool(self.value("show"))
        )
