"""Seals every stored secret of every organisation with the first key; with --new-key makes that key
before.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django_tenants.utils import get_tenant_model, schema_context

from apps.core.secrets import key_add, keyring, secret_fields, secrets_rotate


class Command(BaseCommand):
    help = "Seal all stored secrets with the newest key. Keys that seal nothing any more may then be removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="make a new key first (file of keys only)")

    def handle(self, *args: Any, new_key: bool = False, **options: Any) -> None:
        if new_key:
            self.stdout.write(f"New key {key_add()}.")
        schemas = get_tenant_model().objects.order_by("pk").values_list("schema_name", flat=True)
        names = dict.fromkeys(["public", *schemas])
        total = sum(self._schema(name) for name in names)
        self.stdout.write(f"{total} secrets sealed again with key {next(iter(keyring()))}.")

    @staticmethod
    def _schema(name: str) -> int:
        with schema_context(name):
            present = set(connection.introspection.table_names())
            columns = list(secret_fields())
            return sum(
                secrets_rotate(model, field) for model, field in columns if model._meta.db_table in present
            )
