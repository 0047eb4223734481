#!/usr/bin/env python
"""Run Anneal's commands; a bad setting ends in one sentence, not in a traceback."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018  reading any setting loads them all
    except ImproperlyConfigured as error:
        sys.exit(f"anneal: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
