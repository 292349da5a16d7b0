"""bin/manage encrypt_files SLUG [SLUG …] | --all [--new-key] [--force]"""

from __future__ import annotations

from typing import Any

from apps.core.tenant import organisation_context
from apps.core.typed_settings import setting
from apps.files.services.sealing import files_seal
from apps.tenancy.chosen_organisations import OrganisationsCommand


class Command(OrganisationsCommand):
    help = "Encrypts the stored files of organisations that want it, or changes the key of their files."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--new-key", action="store_true", help="with a fresh key of each organisation")
        parser.add_argument("--force", action="store_true", help="also where the setting is off")

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation in self.chosen(options):
            with organisation_context(organisation.schema_name):
                encrypt = options["force"] or setting("files.encrypt")
                done = files_seal(encrypt=encrypt, new_key=options["new_key"])
            self.stdout.write(
                f"{organisation.slug}: {done.encrypted} files encrypted, {done.renewed} keys sealed anew, "
                f"{done.lost} could not be read"
            )
