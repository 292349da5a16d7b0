"""bin/manage remove_demo: drops the demo organisation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from apps.demo.services.loading import demo_remove


class Command(BaseCommand):
    help = "Removes the demo organisation with everything in it."

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        removed = demo_remove()
        self.stdout.write("The demo organisation is gone." if removed else "There is no demo organisation.")
