"""bin/manage restore_organisation NAME --as SLUG; without NAME it lists what there is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.backup.services.making import backups_of
from apps.backup.services.restoring import backup_restore
from apps.core.errors import BahiError


class Command(BaseCommand):
    help = "Restores a backup as a new organisation and proves it by hashes. Owner's role."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("name", help="<slug>/<file>, or <slug> for its newest backup")
        parser.add_argument("--as", dest="slug", default="", help="short name of the new organisation")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        if "/" not in name:
            found = backups_of(name)
            for item in found:
                self.stdout.write(f"{item.name}\t{item.size / 1e6:.1f} MB\t{item.at:%Y-%m-%d %H:%M} UTC")
            if not found:
                raise CommandError(f"There is no backup of {name}.")
            name = found[0].name
        if not options["slug"]:
            raise CommandError("Say --as SLUG to restore.")
        try:
            done = backup_restore(
                name, slug=options["slug"], progress=lambda text: self.stdout.write(f"  {text}")
            )
        except BahiError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(
            f"{done.organisation.slug}: {done.tables} tables, {done.rows} rows and {done.files} files "
            "are equal to the backup by their hashes."
        )
        for text in done.told:
            self.stdout.write(text)
