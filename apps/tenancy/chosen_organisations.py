"""The base of commands that work on organisations one after the other: named ones, or all."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenancy.models import Organisation


class OrganisationsCommand(BaseCommand):
    """``SLUG [SLUG …] | --all``"""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slugs", nargs="*")
        parser.add_argument("--all", action="store_true", help="every organisation that has a schema")

    def chosen(self, options: dict[str, Any]) -> list[Organisation]:
        """The organisations that were asked for. Raises CommandError for a name of none, or without any."""
        rows = Organisation.objects.order_by("slug")
        chosen = list(rows if options["all"] else rows.filter(slug__in=options["slugs"]))
        missing = set(options["slugs"]) - {organisation.slug for organisation in chosen}
        if missing or not (options["all"] or options["slugs"]):
            raise CommandError(f"No organisation: {', '.join(sorted(missing)) or 'name one, or --all'}.")
        return chosen
