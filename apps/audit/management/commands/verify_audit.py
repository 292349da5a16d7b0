"""bin/manage verify_audit [--organisation SLUG] [--heads FILE]"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction

from apps.audit.services.chain import audit_verify
from apps.audit.services.heads import head_exported
from apps.core.tenant import organisation_context, public_context
from apps.tenancy.chosen_organisations import EachOrganisationCommand


class Command(EachOrganisationCommand):
    help = "Checks every audit entry against its hash and its link; ends with 1 when anything is broken."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--heads", default="", help="exported file of heads; the newest when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["heads"] and not options["organisation"]:
            raise CommandError("--heads is of one organisation: name --organisation too.")
        broken = 0
        if not options["organisation"]:
            with public_context():
                broken += self._verify("public", options["heads"])
        for organisation in self.chosen(options):
            with organisation_context(organisation.schema_name):
                broken += self._verify(organisation.schema_name, options["heads"])
        if broken:
            raise CommandError(f"{broken} problems found.")

    def _verify(self, schema: str, heads: str) -> int:
        head = json.loads(Path(heads).read_text("utf-8")).get("audit") if heads else head_exported("audit")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            result = audit_verify(head=head)
        self.stdout.write(
            f"{schema}: {result.entries} entries, {result.links} links, {result.waiting} waiting, "
            f"{len(result.problems)} problems"
        )
        for problem in result.problems[:50]:
            self.stdout.write(f"  {problem.what}\t{problem.entry_id}\t{problem.detail}")
        return len(result.problems)
