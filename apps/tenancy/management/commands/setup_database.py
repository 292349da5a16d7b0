"""Build or upgrade the database: public schema, template organisation. Idempotent; the owner's role."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from apps.tenancy.selectors import demo_state
from apps.tenancy.services.upgrade import database_set_up


class Command(BaseCommand):
    help = "Builds a fresh database, or brings an existing one to this version's tables."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        connection.set_schema_to_public()
        for text in database_set_up():
            self.stdout.write(f"  {text}")
        self.stdout.write(f"Database is ready ({time.monotonic() - started:.1f} s).")
        self.stdout.write(f"state\tdemo\t{demo_state()}")  # for the launcher, which hides it
