#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from peso.environment import SettingsError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        sys.exit(str(error))
