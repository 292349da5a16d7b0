"""Tables of an organisation as text: out, in, and their hashes.

Content types live in ``public`` and have other ids in another installation, so that a key to them is written
as ``app.model``. Times are written in UTC; rows are ordered by primary key: equal rows give equal text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection
from psycopg import sql

LEFT_OUT = frozenset(
    {"django_session", "django_migrations"}
)  # sign-ins of browsers; what the schema says itself
_COLUMNS = """
SELECT c.relname, a.attname,
       EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid
                 AND f.confrelid = 'public.django_content_type'::regclass AND f.conkey = ARRAY[a.attnum]),
       EXISTS (SELECT 1 FROM pg_constraint p WHERE p.contype = 'p' AND p.conrelid = c.oid
                 AND a.attnum = ANY(p.conkey))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY c.relname, a.attname
"""


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    typed: frozenset[str]  # columns that point to content types
    key: tuple[str, ...]


def tables_of(schema: str) -> list[Table]:
    """Every table of a schema whose rows belong into a backup, by name."""
    found: dict[str, list[tuple[str, bool, bool]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [schema])
        for name, column, typed, key in cursor.fetchall():
            found.setdefault(name, []).append((column, typed, key))
    return [
        Table(
            name,
            tuple(column for column, _typed, _key in columns),
            frozenset(column for column, typed, _key in columns if typed),
            tuple(column for column, _typed, key in columns if key),
        )
        for name, columns in found.items()
        if name not in LEFT_OUT
    ]


def reading_settings() -> None:
    """One way of writing values, whatever the session says; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; "
            "SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; "
            "SET LOCAL bytea_output = 'hex'"
        )


def _select(schema: str, table: Table) -> sql.Composed:
    parts = [
        sql.SQL(
            "(SELECT app_label || '.' || model FROM public.django_content_type ct WHERE ct.id = t.{})"
        ).format(sql.Identifier(column))
        if column in table.typed
        else sql.SQL("t.{}").format(sql.Identifier(column))
        for column in table.columns
    ]
    order = sql.SQL(", ").join(sql.Identifier(c) for c in table.key or table.columns)
    return sql.SQL("SELECT {} FROM {}.{} t ORDER BY {}").format(
        sql.SQL(", ").join(parts), sql.Identifier(schema), sql.Identifier(table.name), order
    )


def rows_out(schema: str, table: Table) -> Iterator[bytes]:
    """The rows as PostgreSQL's COPY text."""
    with connection.cursor() as cursor:
        query = sql.SQL("COPY ({}) TO STDOUT").format(_select(schema, table))
        with cursor.copy(query.as_string(connection.connection)) as copy:
            for block in copy:
                yield bytes(block)


def table_hash(schema: str, table: Table) -> tuple[str, int]:
    """SHA-256 of the rows as text, and how many there are."""
    digest, count = hashlib.sha256(), 0
    for block in rows_out(schema, table):
        digest.update(block)
        count += block.count(b"\n")
    return digest.hexdigest(), count


def rows_in(schema: str, table: Table, source: IO[bytes]) -> None:
    """Load COPY text. Owner's connection, triggers of the table switched off."""
    target = sql.Identifier(schema, table.name)
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    with connection.cursor() as cursor:
        if not table.typed:
            _copy(cursor, sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns), source)
            return
        cursor.execute(
            _text(
                sql.SQL("CREATE TEMP TABLE backup_rows ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                    columns, target
                )
            )
        )
        for column in table.typed:
            cursor.execute(
                _text(sql.SQL("ALTER TABLE backup_rows ALTER {c} TYPE text").format(c=sql.Identifier(column)))
            )
        _copy(cursor, sql.SQL("COPY backup_rows ({}) FROM STDIN").format(columns), source)
        cursor.execute(_text(_typed_insert(target, columns, table)))
        cursor.execute("DROP TABLE backup_rows")


def _typed_insert(target: Any, columns: Any, table: Table) -> sql.Composed:
    values = [
        sql.SQL(
            "(SELECT ct.id FROM public.django_content_type ct WHERE ct.app_label || '.' || ct.model = r.{})"
        ).format(sql.Identifier(column))
        if column in table.typed
        else sql.SQL("r.{}").format(sql.Identifier(column))
        for column in table.columns
    ]
    return sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM backup_rows r").format(
        target, columns, sql.SQL(", ").join(values)
    )


def _copy(cursor: Any, query: sql.Composed, source: IO[bytes]) -> None:
    with cursor.copy(_text(query)) as copy:
        while block := source.read(256 * 1024):
            copy.write(block)


def _text(query: sql.Composed) -> str:
    return query.as_string(connection.connection)


def sequences_of(schema: str) -> dict[str, int]:
    """Last value of each sequence that was used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s "
            "AND last_value IS NOT NULL ORDER BY 1",
            [schema],
        )
        return dict(cursor.fetchall())


def sequences_set(schema: str, values: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT setval(%s::regclass, %s, true)", [f'"{schema}"."{name}"', value])
