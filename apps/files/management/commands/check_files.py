"""bin/manage check_files"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.files.places import FOLDER
from apps.files.services.place_checks import UnusablePlace, place_check


class Command(BaseCommand):
    help = "Tells whether stored files can be kept where the settings say, by keeping and removing one."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place_check(write=True)
        except UnusablePlace as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Stored files are kept in {settings.FILES_TARGET or FOLDER}.")
