"""bin/manage backup_organisation SLUG [SLUG …] | --all"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.backup.services.running import backup_run, prune_here
from apps.core.errors import BahiError
from apps.core.tenant import organisation_context
from apps.tenancy.models import Organisation


class Command(BaseCommand):
    help = "Makes an encrypted backup of organisations into the target of the settings."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slugs", nargs="*")
        parser.add_argument("--all", action="store_true", help="every organisation that has a schema")
        parser.add_argument("--prune", action="store_true", help="remove backups that are past their keeping")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Organisation.objects.order_by("slug")
        if not options["all"]:
            chosen = chosen.filter(slug__in=options["slugs"])
        missing = set(options["slugs"]) - {organisation.slug for organisation in chosen}
        if missing or not (options["all"] or options["slugs"]):
            raise CommandError(f"No organisation: {', '.join(sorted(missing)) or 'name one, or --all'}.")
        for organisation in chosen:
            self._one(organisation, prune=options["prune"])

    def _one(self, organisation: Organisation, *, prune: bool) -> None:
        try:
            with organisation_context(organisation.schema_name):
                made = backup_run()
                gone = prune_here() if prune else None
        except BahiError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(
            f"{made.name}: {made.tables} tables, {made.rows} rows, {made.files} files, "
            f"{made.size / 1e6:.1f} MB in {made.seconds:.1f} s"
        )
        if gone is not None:
            self.stdout.write(f"{gone} old ones removed")
