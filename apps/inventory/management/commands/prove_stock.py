"""Recompute the stock from its movements and compare it with everything that is kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.inventory.services.proof import stock_prove, stock_rebuild
from apps.tenancy.chosen_organisations import EachOrganisationCommand


class Command(EachOrganisationCommand):
    help = "Proves that stock, value, layers, reservations and the stock account follow from the movements."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--repair", action="store_true", help="write quantities and values anew")

    def handle(self, *args: Any, **options: Any) -> None:
        left = 0
        for organisation in self.chosen(options):
            with organisation_context(organisation.schema_name):
                left += self._prove(organisation.schema_name, repair=options["repair"])
        if left:
            raise CommandError(f"{left} differences between the stock and its movements.")

    def _prove(self, schema: str, *, repair: bool) -> int:
        differences = stock_prove()
        if differences and repair:
            run_in_unit_of_work(stock_rebuild)
            differences = stock_prove()
        for item in differences[:20]:
            self.stdout.write(f"  {item}")
        self.stdout.write(f"{schema}: {len(differences)} differences")
        return len(differences)
