"""The owner's own connection to the database of a test that commits: an intruder with rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from tests.kit.database import owner_url


@contextmanager
def owner_connection(*, without_triggers: tuple[str, ...] = ()) -> Iterator[psycopg.Connection]:
    """Autocommit connection as the tables' owner, with the triggers of the named tables switched off."""
    schema = connection.schema_name
    with psycopg.connect(owner_url(connection.settings_dict["NAME"]), autocommit=True) as owner:
        owner.execute(f"SET search_path = {schema}, public")
        for table in without_triggers:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield owner
        finally:
            for table in without_triggers:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
