#!/usr/bin/env python
"""Django's command line. Starts the embedded services where the environment names none."""

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError

from portal import embedded

# These do not touch the database; everything else may.
OFFLINE = {"makemessages", "messages", "collectstatic", "spectacular", "help", "run_portal"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in OFFLINE:
        embedded.start_if_needed()
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
