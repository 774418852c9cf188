#!/usr/bin/env python
"""Entry point of every management command."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deventer_crm.settings.local")
    from django.core.management import execute_from_command_line

    from deventer_crm.localservers.lifecycle import before_command

    before_command(sys.argv)  # the local servers, if the settings and the command ask for them
    execute_from_command_line(sys.argv)
