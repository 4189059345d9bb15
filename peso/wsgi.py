import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")

# Threads share a few connections, and no page may hold one for ever.
options = settings.DATABASES["default"]["OPTIONS"]
limit = f"-c statement_timeout={settings.STATEMENT_SECONDS}s"
options["options"] = f"{limit} {options.get('options', '')}".strip()
# Nor wait for hours for a server, or a network, that is gone without a word.
for name, value in (
    ("keepalives_idle", 10),
    ("keepalives_interval", 5),
    ("keepalives_count", 4),
    ("tcp_user_timeout", 30_000),
):
    options.setdefault(name, value)
# 0 is for ever to the driver, but no time at all to the pool.
seconds = options.setdefault("connect_timeout", 5)
options["pool"] = {
    "min_size": 1,
    "max_size": settings.DATABASE_POOL,
    "timeout": float(seconds) or 5,
}

application = get_wsgi_application()
# All pages, before gunicorn's workers part: else each reads them by itself, when it is
# asked for the first time.
import_module(settings.ROOT_URLCONF)
