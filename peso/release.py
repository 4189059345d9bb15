"""What is running: a digest of the code, the templates, the packages and the settings.

Two processes with the same digest answer the same question with the same bytes.
"""

import functools
import hashlib
from pathlib import Path

from django.conf import settings

FOLDERS = ("goals", "members", "peso", "static", "templates")
FILES = ("requirements.lock",)
PLAIN = (bool, int, float, str, list, tuple, dict)


@functools.cache
def digest() -> bytes:
    """Keyed with SECRET_KEY: nobody else can tell what settings stand behind it."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode()).digest()
    found = hashlib.blake2b(key=key, digest_size=32)
    for path in _files():
        found.update(path.name.encode() + b"\0")
        found.update(path.read_bytes())
    for name in sorted(dir(settings)):
        value = getattr(settings, name) if name.isupper() else None
        if isinstance(value, PLAIN):
            found.update(f"\0{name}={value!r}".encode())
    return found.digest()


def _files():
    for folder in FOLDERS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield path
    # The names under which static files are asked for, their digests among them.
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    lists = [manifest, *(settings.BASE_DIR / name for name in FILES)]
    yield from (path for path in lists if path.is_file())
