"""Bases of commands that work on organisations one after the other."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenancy.hosts import schema_exists
from apps.tenancy.lifecycle import EFFECTS
from apps.tenancy.models import Organisation


class OrganisationsCommand(BaseCommand):
    """``SLUG [SLUG …] | --all``"""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slugs", nargs="*")
        parser.add_argument("--all", action="store_true", help="every organisation that has its tables")

    def chosen(self, options: dict[str, Any]) -> list[Organisation]:
        """The organisations that were asked for. Raises CommandError for a name of none, or without any."""
        if not (options["all"] or options["slugs"]):
            raise CommandError("No organisation: name one, or --all.")
        return organisations_set_up() if options["all"] else organisations_named(options["slugs"])


class EachOrganisationCommand(BaseCommand):
    """``[--organisation SLUG]``: all of them when left out, closed ones too."""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--organisation", default="", help="short name; all when left out")

    def chosen(self, options: dict[str, Any]) -> list[Organisation]:
        """The organisations to go through. Raises CommandError for a name of none."""
        name = options["organisation"]
        return organisations_named([name]) if name else organisations_set_up()


def organisations_named(slugs: list[str]) -> list[Organisation]:
    """Organisations by their short names, in the order of these. Raises CommandError for a name of none, and
    for one that is not set up."""
    found = [row for row in organisations_set_up() if row.slug in slugs]
    missing = set(slugs) - {organisation.slug for organisation in found}
    if missing:
        raise CommandError(f"No organisation that is set up: {', '.join(sorted(missing))}.")
    return found


def organisations_set_up() -> list[Organisation]:
    """All whose tables are complete, closed ones too. Without its schema PostgreSQL would silently answer
    from the tables of the platform."""
    rows = Organisation.objects.order_by("slug")
    return [row for row in rows if not EFFECTS[row.state].setting_up and schema_exists(row.schema_name)]
