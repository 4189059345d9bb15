"""gunicorn's settings, which it reads from the folder that it starts in."""

import gc
import sys

from django.core.exceptions import ImproperlyConfigured

# Nothing that is read at the start is garbage; to look for it takes a sixth of a start.
gc.disable()

try:
    from peso import settings
except ImproperlyConfigured as error:
    sys.exit(str(error))

wsgi_app = "peso.wsgi"
bind = settings.BIND
workers = settings.WEB_CONCURRENCY
worker_class = "gthread"
threads = settings.WEB_THREADS
# The code is read once, before the workers part: they start at once and share memory.
preload_app = True
# Requests under way have this long after SIGTERM.
graceful_timeout = 25
# Longer than a proxy keeps an idle connection, which must not close under a request.
keepalive = 75
logger_class = "peso.logs.GunicornLogger"
loglevel = settings.LOG_LEVEL.lower()
accesslog = "-"
# Else who asks could say which part of a path is the site's own, and so have one page
# kept, and served to others, at the address of another.
forwarder_headers = ""
# It would be one for all servers of this user, in the home folder.
control_socket_disable = True


def when_ready(server):
    """Before the workers part: what was read once is never looked through again.

    The collector would write into each of its pages, and so copy them for each worker.
    """
    gc.collect()
    gc.freeze()


def post_fork(server, worker):
    """Of what the requests leave there is garbage."""
    gc.enable()
