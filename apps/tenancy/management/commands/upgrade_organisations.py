"""manage.py upgrade_organisations [SLUG …] [--jobs N]: brings organisations to this version. Owner's role."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenancy.services.upgrade import Result, schemas_upgrade


class Command(BaseCommand):
    help = "Upgrades the schemas of organisations; one that fails stops alone and can be run again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slugs", nargs="*", help="all when left out")
        parser.add_argument("--jobs", type=int, default=2, help="organisations at a time (default 2)")
        parser.add_argument("--report", default="", help="write the outcome of each to this file, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started, results = time.monotonic(), []
        for result in schemas_upgrade(only=options["slugs"], parallel=max(1, options["jobs"])):
            results.append(result)
            self.stdout.write(f"{len(results):>5}  {result.text}")
        if options["report"]:
            Path(options["report"]).write_text(json.dumps([_row(result) for result in results], indent=1))
        failed = [result.slug for result in results if result.error]
        seconds = time.monotonic() - started
        self.stdout.write(f"{len(results) - len(failed)} upgraded, {len(failed)} failed, {seconds:.1f} s.")
        if failed:
            raise CommandError(f"Not upgraded, and not served until they are: {', '.join(failed)}")
        self.stdout.write("All organisations are up to date.")


def _row(result: Result) -> dict[str, Any]:
    return {
        "organisation": result.slug,
        "seconds": round(result.seconds, 2),
        "replayed": result.replayed,
        "error": result.error,
    }
