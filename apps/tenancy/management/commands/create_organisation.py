"""bin/manage create_organisation SLUG --admin EMAIL [--name NAME] [--modules a,b]"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import BahiError
from apps.core.tenant import organisation_context
from apps.tenancy.services.provisioning import organisation_create, organisation_provision


class Command(BaseCommand):
    help = "Provisions one more organisation; SLUG.localhost opens it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")
        parser.add_argument("--admin", required=True, help="e-mail of the first administrator")
        parser.add_argument("--name", default="")
        parser.add_argument("--modules", default="", help="catalogue keys, comma separated; all by default")

    def handle(self, *args: Any, **options: Any) -> None:
        from apps.core.people import first_administrator_create

        started = time.monotonic()
        modules = [m.strip() for m in options["modules"].split(",") if m.strip()] or None
        try:
            organisation = organisation_create(slug=options["slug"], name=options["name"], modules=modules)
            organisation_provision(organisation, progress=lambda text: self.stdout.write(f"  {text}"))
            with organisation_context(organisation.schema_name):
                password = first_administrator_create(email=options["admin"], organisation=organisation)
        except BahiError as error:
            raise CommandError("; ".join(f"{e.field}: {e.detail}" for e in error.errors)) from error
        self.stdout.write(
            f"{organisation.name} is ready in {time.monotonic() - started:.1f} s: "
            f"http://{organisation.slug}.localhost"
        )
        self.stdout.write(
            f"credential\t{organisation.slug}.localhost\tAdministrator\t{options['admin']}\t{password}"
        )
