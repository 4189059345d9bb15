"""What the worker does: procrastinate's tasks. Each may run twice and harm nothing."""

from procrastinate.contrib.django import app
