"""bin/manage verify_ledger [--organisation SLUG] [--company CODE] [--heads FILE] [--export-heads FILE]"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from apps.accounting.ledger.chain import ledger_heads, ledger_verify
from apps.company.models import Company
from apps.core.tenant import organisation_context
from apps.runtime.services.dispatcher import active_schemas


class Command(BaseCommand):
    help = "Checks every posted entry against its hash, chain and sums; ends with 1 when anything is broken."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--organisation", default="", help="slug; all when left out")
        parser.add_argument("--company", default="", help="code of one company")
        parser.add_argument("--heads", default="", help="file of exported heads to compare with")
        parser.add_argument("--export-heads", default="", help="write the heads to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["organisation"]
        schemas = [f"org_{slug.replace('-', '_')}"] if slug else active_schemas()
        broken = 0
        for schema in schemas:
            with organisation_context(schema):
                broken += self._verify(schema, options)
        if broken:
            raise CommandError(f"{broken} problems found.")

    def _verify(self, schema: str, options: dict[str, Any]) -> int:
        heads = _heads(Path(options["heads"])) if options["heads"] else None
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            company_id = Company.objects.get(code=options["company"]).pk if options["company"] else None
            result = ledger_verify(company_id, heads=heads)
            if options["export_heads"]:
                Path(options["export_heads"]).write_text(json.dumps(ledger_heads(), indent=1), "utf-8")
        self.stdout.write(
            f"{schema}: {result.entries} entries, {result.seals} linked, {result.unsealed} waiting, "
            f"{len(result.problems)} problems"
        )
        for problem in result.problems[:50]:
            self.stdout.write(f"  {problem.what}\t{problem.number}\t{problem.detail}")
        return len(result.problems)


def _heads(path: Path) -> list[dict[str, Any]]:
    """The ledger's heads of a daily file (which has those of every chain) or of ``--export-heads``."""
    found = json.loads(path.read_text("utf-8"))
    return found["ledger"] if isinstance(found, dict) else found
