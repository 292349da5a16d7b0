#!/usr/bin/env python
"""Django's command line. Commands that change the structure of the database run as the owner's role."""

import os
import sys

OWNER_COMMANDS = {
    "setup_database",
    "create_organisation",
    "delete_organisation",
    "migrate",
    "migrate_schemas",
    "upgrade_organisations",
    "create_operator",
    "run_organisation_job",
    "load_demo",
    "remove_demo",
    "restore_organisation",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["BAHI_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
