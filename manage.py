#!/usr/bin/env python
import gc
import os
import signal
import sys

from django.core.management import execute_from_command_line

from peso.environment import SettingsError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    # Little of what a start reads is garbage: looked for less often, it takes a tenth
    # less time.
    gc.set_threshold(50_000, 10, 10)
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:  # as in `… | head`: whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except SettingsError as error:
        sys.exit(str(error))
