import json

from django import template

register = template.Library()


@register.filter
def as_json(values):
    """For a data attribute, which is escaped like any other text."""
    return json.dumps(values)
