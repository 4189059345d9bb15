"""What the pages of those who apply say in the same way everywhere."""

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


@register.filter
def place_of(application, question):
    """What a question is about, where its label alone does not say it."""
    if question.step != "commitments":
        return ""
    names = {goal.slug: goal.short_name for goal in application.vocabulary.goals}
    return names.get(question.group, "")
