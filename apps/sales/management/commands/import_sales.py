"""bin/manage import_sales PATH --organisation SLUG --company CODE [--rate GBP=70] [--map FILE] [--skip-bad]

Posts the invoices of a file through the import engine, and proves the books afterwards.
"""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Max, Sum

from apps.accounting.models import Invoice
from apps.accounts.models import User
from apps.company.models import Company
from apps.core.access import may
from apps.core.actor import acting_as
from apps.core.errors import BahiError, FieldError, InvalidInput
from apps.core.tenant import organisation_context
from apps.datatools.importing.engine import column_names
from apps.datatools.importing.targets import target_find
from apps.datatools.models import ImportRun
from apps.datatools.services.imports import import_start, mapping_remember
from apps.sales.services.proof import company_prove
from apps.tenancy.models import Organisation

SHOWN = 50


class Command(BaseCommand):
    help = "Imports sales invoices from CSV or XLSX: posted on their own dates, with what they need."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("path")
        parser.add_argument("--organisation", required=True, help="short name of the organisation")
        parser.add_argument("--company", default="", help="code of the company")
        parser.add_argument("--rate", action="append", default=[], help="such as GBP=70; may come again")
        parser.add_argument("--map", default="online_retail", help="a map in fixtures/imports, or a file")
        parser.add_argument("--user", default="", help="e-mail of whoever imports; an administrator")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad invoices out, post the rest")
        parser.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._read(options["path"])
        saved = self._map(options["map"])
        chosen = {**saved["options"], "rates": self._rates(options["rate"])}
        if options["company"]:
            chosen["company"] = options["company"]
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        with organisation_context(organisation.schema_name):
            user = self._user(options["user"])
            with acting_as(user, kind="job"):
                try:
                    self._run(content, saved, chosen, user, options)
                except BahiError as error:
                    lines = [f"  {e.field}: {e.detail}" for e in error.errors]
                    raise CommandError("\n".join(["Nothing was posted:", *lines])) from error

    def _run(self, content: bytes, saved: dict[str, Any], chosen: Any, user: User, options: Any) -> None:
        target = target_find(saved["target"])
        mapping_remember(target, saved["name"], saved["columns"], chosen)
        last = Invoice.objects.aggregate(last=Max("pk"))["last"] or 0
        started = time.monotonic()
        run, unknown = self._start(content, saved, chosen, user, options)
        seconds = time.monotonic() - started
        self._errors(run, unknown)
        if unknown and not options["skip_bad"]:
            raise CommandError("Nothing was posted.")
        self._report(run, last, seconds)
        if run.state == "failed":
            raise CommandError("Nothing was posted.")
        self._prove(chosen.get("company"))

    def _start(
        self, content: bytes, saved: dict[str, Any], chosen: Any, user: User, options: Any
    ) -> tuple[ImportRun, list[FieldError]]:
        """The run, and the columns that the map doesn't know: rows are checked all the same, so that one
        report names everything, and posted only by choice (``--skip-bad``)."""
        work: dict[str, Any] = {
            "target_key": saved["target"],
            "content": content,
            "file_name": Path(options["path"]).name,
            "options": chosen,
            "mode": "skip_bad" if options["skip_bad"] else "all_or_nothing",
            "by": user,
        }
        try:
            return import_start(mapping=saved["columns"], dry_run=options["dry_run"], **work), []
        except InvalidInput as error:
            if any(item.code != "unknown_column" for item in error.errors):
                raise
            unknown = list(error.errors)
        known = saved["columns"] | {item.field: "" for item in unknown}
        dry_run = options["dry_run"] or not options["skip_bad"]
        return import_start(mapping=known, dry_run=dry_run, **work), unknown

    # --- in ---------------------------------------------------------------------------------------

    def _read(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error

    def _map(self, name: str) -> dict[str, Any]:
        own = settings.BASE_DIR / "fixtures" / "imports" / f"{name}.json"
        path = own if own.exists() else Path(name)
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"The map {name} can't be read: {error}") from error

    def _rates(self, given: list[str]) -> dict[str, str]:
        rates = {}
        for text in given:
            code, equals, value = text.partition("=")
            if not equals or len(code) != 3:
                raise CommandError(f"--rate {text}: give it as GBP=70.")
            rates[code.upper()] = value
        return rates

    def _user(self, email: str) -> User:
        if email:
            user = User.objects.filter(email=email.lower(), is_active=True).first()
            if user is None:
                raise CommandError(f"There is no user {email}.")
            return user
        for user in User.objects.filter(is_active=True).order_by("id"):
            if may(user, "accounts.*"):
                return user
        raise CommandError("There is no administrator: name a user with --user.")

    # --- out --------------------------------------------------------------------------------------

    def _errors(self, run: ImportRun, unknown: list[FieldError]) -> None:
        for column in unknown:
            self.stderr.write(f"  {column.field}: {column.detail}")
        for error in column_names(run, run.errors)[:SHOWN]:
            self.stderr.write(f"  row {error['row']}, {error['column']}: {error['detail']}")
        if len(run.errors) > SHOWN:
            self.stderr.write(f"  and {len(run.errors) - SHOWN} more")

    def _report(self, run: ImportRun, last: int, seconds: float) -> None:
        made = Invoice.objects.filter(pk__gt=last)
        lines = made.aggregate(n=Count("lines"))["n"]
        self.stdout.write(f"Invoices  {run.created_count}  (passed over: {run.skipped_count})")
        self.stdout.write(f"Lines     {lines}")
        rows = made.values_list("currency__code").annotate(t=Sum("grand_total")).order_by()
        for code, total in rows:
            self.stdout.write(f"Total     {total:,.2f} {code}")
        parties = made.aggregate(n=Count("party", distinct=True))["n"]
        products = made.aggregate(n=Count("lines__product", distinct=True))["n"]
        self.stdout.write(f"Customers {parties}, products {products}")
        speed = Decimal(run.created_count) / Decimal(max(seconds, 0.001))
        self.stdout.write(f"Time      {seconds:.1f} s, {speed:.0f} documents per second")

    def _prove(self, code: Any) -> None:
        companies = Company.objects.filter(code=code) if code else Company.objects.all()
        wrong = False
        for company in companies:
            pairs, problems = company_prove(company)
            for pair in pairs:
                mark = "agrees" if pair.agrees else "DIFFERS"
                self.stdout.write(
                    f"{company.code}  {pair.name}: {pair.kept:,.2f} / {pair.account:,.2f}  {mark}"
                )
                wrong = wrong or not pair.agrees
            for problem in problems:
                self.stdout.write(f"{company.code}  {problem}")
            wrong = wrong or bool(problems)
        if wrong:
            raise CommandError("The books do not agree.")
