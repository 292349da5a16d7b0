"""Statements of our own that come again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def prepared_rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that the database plans once (``preparing`` says which these may be)."""
    link: Any = connections[DEFAULT_DB_ALIAS]
    with link.preparing(), link.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
