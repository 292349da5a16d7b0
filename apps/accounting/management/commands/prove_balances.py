"""bin/manage prove_balances [--organisation SLUG] [--repair]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from apps.accounting.ledger.balances import balances_prove, balances_rebuild
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.tenancy.chosen_organisations import EachOrganisationCommand


class Command(EachOrganisationCommand):
    help = "Compares the kept balances with the sums of the ledger lines; --repair writes them anew."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--repair", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        left = 0
        for organisation in self.chosen(options):
            with organisation_context(organisation.schema_name):
                left += self._prove(organisation.schema_name, options["repair"])
        if left:
            raise CommandError(f"{left} balances differ from their lines.")

    def _prove(self, schema: str, repair: bool) -> int:
        differences = balances_prove()
        self.stdout.write(f"{schema}: {len(differences)} differences")
        for item in differences[:20]:
            self.stdout.write(
                f"  account {item.account_id} {item.grain} {item.start}: kept {item.kept_debit}/"
                f"{item.kept_credit}, lines {item.true_debit}/{item.true_credit}"
            )
        if differences and repair:
            rows = run_in_unit_of_work(balances_rebuild)
            self.stdout.write(f"  written anew: {rows} balances")
            return len(balances_prove())
        return len(differences)
