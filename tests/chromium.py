"""The browser of tests/browser: PESO_CHROMIUM, or one that is installed.

Run by itself, it prints where the browser is, or how to get one; without one it fails
where CI=true.
"""

import functools
import os
import shutil
import subprocess
import sys

NAMES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]
MISSING = (
    "No Chromium found, so tests/browser is left out. To get one: "
    "`apt install chromium` (Debian), `brew install chromium` (macOS), or set "
    "PESO_CHROMIUM to the path of Chromium or Chrome."
)


@functools.cache
def find() -> str | None:
    chosen = os.environ.get("PESO_CHROMIUM")
    for name in [chosen] if chosen else NAMES:
        path = shutil.which(name)
        if path and starts(path):
            return path
    return None


def starts(path: str) -> bool:
    """Ubuntu's chromium-browser may be a script that only names another package."""
    try:
        return not subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def is_required() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


if __name__ == "__main__":
    sys.stdout.write(f"{find() or MISSING}\n")
    sys.exit(find() is None and is_required())
