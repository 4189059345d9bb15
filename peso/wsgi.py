import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")

# Threads share a few connections, and no page may hold one for ever.
options = settings.DATABASES["default"]["OPTIONS"]
limit = f"-c statement_timeout={settings.STATEMENT_SECONDS}s"
options["options"] = f"{limit} {options.get('options', '')}".strip()
# 0 is for ever to the driver, but no time at all to the pool.
seconds = options.setdefault("connect_timeout", 5)
options["pool"] = {
    "min_size": 1,
    "max_size": settings.DATABASE_POOL,
    "timeout": float(seconds) or 5,
}

application = get_wsgi_application()
