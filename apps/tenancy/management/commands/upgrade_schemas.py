"""manage.py upgrade_schemas [SLUG …] [--parallel N]: brings organisations to this version. Owner's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenancy.services.upgrade import schemas_upgrade


class Command(BaseCommand):
    help = "Upgrades the schemas of organisations; one that fails stops alone and can be run again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slugs", nargs="*", help="all when left out")
        parser.add_argument("--parallel", type=int, default=2, help="organisations at a time (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for result in schemas_upgrade(only=options["slugs"], parallel=options["parallel"]):
            self.stdout.write(result.text)
            failed += bool(result.error)
        if failed:
            raise CommandError(f"{failed} not upgraded; they are not served until they are.")
        self.stdout.write("All organisations are up to date.")
