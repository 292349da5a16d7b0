"""bin/manage move_files SLUG [SLUG …] | --all [--keep]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from apps.core.errors import BahiError
from apps.core.tenant import organisation_context
from apps.files.services.moving import files_move
from apps.files.services.place_checks import UnusablePlace, place_check
from apps.tenancy.chosen_organisations import OrganisationsCommand
from apps.tenancy.models import Organisation


class Command(OrganisationsCommand):
    help = "Moves stored files from BAHI_FILES_FORMER to BAHI_FILES_TARGET, each proved by its hash."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--keep", action="store_true", help="copy: nothing is removed where it was")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self.chosen(options)
        try:
            place_check(write=True)
            bad = sum([self._one(organisation, keep=options["keep"]) for organisation in chosen])
        except (BahiError, UnusablePlace) as error:
            raise CommandError(f"{error} What was moved is moved; run it again to go on.") from error
        if bad:
            raise CommandError(f"{bad} files could not be moved: they are missing, or not what was stored.")

    def _one(self, organisation: Organisation, *, keep: bool) -> int:
        with organisation_context(organisation.schema_name):
            done = files_move(keep=keep)
        self.stdout.write(
            f"{organisation.slug}: {done.moved} files moved, {done.there} were there already, "
            f"{done.missing} are missing, {len(done.damaged)} are not what was stored"
        )
        for path in done.damaged:
            self.stderr.write(f"{organisation.slug}: {path} stays where it was")
        return done.missing + len(done.damaged)
