"""bin/manage backup_organisation SLUG [SLUG …] | --all"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from apps.backup.services.running import backup_run, prune_here
from apps.core.errors import BahiError
from apps.core.tenant import organisation_context
from apps.tenancy.chosen_organisations import OrganisationsCommand
from apps.tenancy.models import Organisation


class Command(OrganisationsCommand):
    help = "Makes an encrypted backup of organisations into the target of the settings."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--prune", action="store_true", help="remove backups that are past their keeping")

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation in self.chosen(options):
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
