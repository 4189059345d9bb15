"""Jobs for the worker, kept in the transaction of whoever asks for them."""

from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector

# Not procrastinate's own app: in the worker that has connections of its own, and a
# job deferred there would be kept even if the transaction around it is not.
_app = App(connector=DjangoConnector())


def defer(task, *, pause=None, **values):
    """Have the worker do `task`, one of members/jobs.py, after `pause` if there is one.

    If the transaction is rolled back, so is this.
    """
    schedule = {"seconds": pause.total_seconds()} if pause else None
    _app.configure_task(task, schedule_in=schedule).defer(**values)
