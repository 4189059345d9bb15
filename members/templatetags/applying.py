"""What the pages of those who apply say in the same way everywhere."""

from itertools import groupby

from django import template

from members.models import people

register = template.Library()

# How many days a unit has, and from how many days on a time is told in it.
UNITS = ((30.4, 60, "month"), (7, 14, "week"), (1, 1, "day"))


@register.filter
def shown_name(account):
    return people.shown_name(account)


@register.filter
def about(duration):
    """A length of time in words: “about 3 weeks”."""
    days = duration.total_seconds() / 86400
    for length, least, unit in UNITS:
        if days >= least:
            number = round(days / length)
            return f"about {number} {unit}{'' if number == 1 else 's'}"
    return "less than a day"


def place_of(application, question):
    """What a question is about, where its label alone does not say it."""
    if question.step != "commitments":
        return ""
    names = {goal.slug: goal.short_name for goal in application.vocabulary.goals}
    return names.get(question.group, "")


@register.filter
def name_of(application, question):
    """A question where it stands alone: “Workforce: Effort”."""
    place = place_of(application, question)
    return f"{place}: {question.label}" if place else question.label


@register.filter
def by_place(answers, application):
    """Answers under what they are about: (place, answers) for each."""
    grouped = groupby(answers, key=lambda answer: place_of(application, answer[0]))
    return [(place, list(group)) for place, group in grouped]
