"""bin/manage load_demo: the demo organisation with a year of trade; prints its sign-ins."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.core.errors import BahiError
from apps.demo.services.loading import demo_load


class Command(BaseCommand):
    help = "Loads the demo organisation. When it is there, its people get new passwords."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        connection.set_schema_to_public()
        try:
            signs = demo_load(say=lambda text: self.stdout.write(f"  {text}"))
        except BahiError as error:
            raise CommandError("; ".join(f"{e.field}: {e.detail}" for e in error.errors)) from error
        self.stdout.write(f"The demo organisation is ready ({time.monotonic() - started:.1f} s).")
        for item in signs:
            self.stdout.write(f"credential\t{item.host}\t{item.role}\t{item.email}\t{item.password}")
