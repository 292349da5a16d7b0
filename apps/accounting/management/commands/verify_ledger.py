"""bin/manage verify_ledger [--organisation SLUG] [--company CODE] [--heads FILE] [--export-heads FILE]"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction

from apps.accounting.ledger.chain import ledger_heads, ledger_verify
from apps.company.models import Company
from apps.core.tenant import organisation_context
from apps.tenancy.chosen_organisations import EachOrganisationCommand


class Command(EachOrganisationCommand):
    help = "Checks every posted entry against its hash, chain and sums; ends with 1 when anything is broken."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--company", default="", help="code of one company of the organisation")
        parser.add_argument(
            "--heads", default="", help="file of the organisation's exported heads to compare with"
        )
        parser.add_argument("--export-heads", default="", help="write the organisation's heads to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        of_one = [name for name in ("company", "heads", "export_heads") if options[name]]
        if of_one and not options["organisation"]:
            raise CommandError(
                f"--{of_one[0].replace('_', '-')} is of one organisation: name --organisation too."
            )
        broken = 0
        for organisation in self.chosen(options):
            with organisation_context(organisation.schema_name):
                broken += self._verify(organisation.schema_name, options)
        if broken:
            raise CommandError(f"{broken} problems found.")

    def _verify(self, schema: str, options: dict[str, Any]) -> int:
        heads = _heads(Path(options["heads"])) if options["heads"] else None
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            result = ledger_verify(_company_id(options["company"]), heads=heads)
            if options["export_heads"]:
                Path(options["export_heads"]).write_text(json.dumps(ledger_heads(), indent=1), "utf-8")
        self.stdout.write(
            f"{schema}: {result.entries} entries, {result.seals} linked, {result.unsealed} waiting, "
            f"{len(result.problems)} problems"
        )
        for problem in result.problems[:50]:
            self.stdout.write(f"  {problem.what}\t{problem.number}\t{problem.detail}")
        return len(result.problems)


def _company_id(code: str) -> int | None:
    """Id of the company with this code, None without one. Raises CommandError."""
    found = Company.objects.filter(code=code).values_list("pk", flat=True).first() if code else None
    if code and found is None:
        raise CommandError(f"No company has the code {code}.")
    return found


def _heads(path: Path) -> list[dict[str, Any]]:
    """The ledger's heads of a daily file (which has those of every chain) or of ``--export-heads``."""
    found = json.loads(path.read_text("utf-8"))
    return found["ledger"] if isinstance(found, dict) else found
