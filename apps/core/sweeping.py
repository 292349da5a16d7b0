"""Taking what names a person out of every text of a schema: SQL that replaces patterns in any column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

Patterns = tuple[tuple[str, str], ...]
_TEXTS = """
SELECT c.relname, a.attname, t.typname, greatest(a.atttypmod - 4, 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE n.nspname = %s AND c.relkind = 'r'
   AND t.typname IN ('text', 'varchar', 'jsonb', '_text', '_varchar') ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True)
class TextColumn:
    table: str
    name: str
    kind: str  # text, varchar, jsonb, _text or _varchar
    longest: int  # 0: no limit


def text_columns(schema: str) -> list[TextColumn]:
    """Every column of the schema's tables that holds text."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [schema])
        return [TextColumn(*row) for row in cursor.fetchall()]


def pattern_of(text: str) -> str:
    """A name or an address as whole words, whatever its case and the spaces in it."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1]  # as it stands inside JSON
    words = [re.escape(word) for word in inside.split()]
    return _bounded(r"\s+".join(words))


def phone_pattern(text: str) -> str:
    """The last ten digits of a number, with spaces or hyphens in any place; empty for less than seven."""
    digits = re.sub(r"\D", "", text)[-10:]
    return r"(?:\+?91[\s-]?)?" + r"[\s-]*".join(digits) if len(digits) >= 7 else ""


def _bounded(inside: str) -> str:
    return rf"(?<!\w){inside}(?!\w)"


def swept(column: TextColumn, patterns: Patterns, alias: str = "t") -> sql.Composable:
    """SQL of the column without what the patterns find."""
    name = sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(column.name))
    if column.kind == "jsonb":
        return sql.SQL("{}::jsonb").format(_replaced(sql.SQL("{}::text").format(name), patterns))
    if column.kind.startswith("_"):
        inside = _replaced(sql.SQL("x"), patterns)
        kind = sql.SQL(column.kind[1:])
        return sql.SQL(
            "ARRAY(SELECT {}::{} FROM unnest({}) WITH ORDINALITY AS u(x, place) ORDER BY place)"
        ).format(inside, kind, name)
    changed = _replaced(name, patterns)
    if column.longest:
        return sql.SQL("left({}, {})").format(changed, sql.Literal(column.longest))
    return changed


def found(columns: Iterable[TextColumn], patterns: Patterns, alias: str = "t") -> sql.Composable:
    """SQL of the condition that any of the columns holds any of the patterns."""
    whole = sql.Literal("|".join(f"(?:{pattern})" for pattern, _put in patterns))
    parts = [
        sql.SQL("{}.{}::text ~* {}").format(sql.Identifier(alias), sql.Identifier(column.name), whole)
        for column in columns
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def schema_sweep(schema: str, patterns: Patterns, *, without: set[str]) -> dict[str, int]:
    """Replace the patterns in every table but those named; → table and how many of its rows changed."""
    tables: dict[str, list[TextColumn]] = {}
    for column in text_columns(schema):
        if column.table not in without:
            tables.setdefault(column.table, []).append(column)
    done: dict[str, int] = {}
    for table, columns in tables.items():
        sets = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column.name), swept(column, patterns))
            for column in columns
        )
        query = sql.SQL("UPDATE {} t SET {} WHERE {}").format(
            sql.Identifier(schema, table), sets, found(columns, patterns)
        )
        with connection.cursor() as cursor:
            cursor.execute(query.as_string(connection.connection))
            if cursor.rowcount:
                done[table] = cursor.rowcount
    return done


def _replaced(value: sql.Composable, patterns: Patterns) -> sql.Composable:
    for pattern, put in patterns:
        value = sql.SQL("regexp_replace({}, {}, {}, 'gi')").format(
            value, sql.Literal(pattern), sql.Literal(put.replace("\\", "\\\\"))
        )
    return value
