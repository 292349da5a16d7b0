"""manage.py delete_organisation SLUG --yes, or --due: drops schemas for good. Owner's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenancy.models import Organisation
from apps.tenancy.services.deletion import organisation_delete, organisations_due


class Command(BaseCommand):
    help = "Deletes an organisation with all its data, or every one whose thirty days are over (--due)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug", nargs="?")
        parser.add_argument("--yes", action="store_true", help="really delete")
        parser.add_argument("--due", action="store_true", help="those scheduled whose day has come")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["due"]:
            chosen = organisations_due()
        else:
            chosen = list(Organisation.objects.filter(slug=options["slug"] or ""))
            if not chosen:
                raise CommandError("Name an organisation that exists, or say --due.")
            if not options["yes"]:
                raise CommandError("This can't be undone. Say --yes.")
        for organisation in chosen:
            name = organisation.name
            organisation_delete(organisation, by="command line")
            self.stdout.write(f"{name} is deleted.")
