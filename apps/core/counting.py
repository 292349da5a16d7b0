"""Totals of lists: exact, but a long one is counted again only every few seconds.

Counting a hundred thousand rows costs more than reading the page that is shown. A total of ten thousand and
more is kept in the process for a moment, under the organisation and the very statement that found it. The
statement holds the filters and the scope of who asks, so two people share a total only when they may see the
same rows.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

LONG = 10_000
SECONDS = 10.0
MOST_KEPT = 500

Key = tuple[str, str, str]
_kept: dict[Key, tuple[float, int]] = {}  # key → (until when, total)


def total_of(queryset: Any) -> int:
    """The number of rows; of a long list as it was at most ten seconds ago."""
    key = _key_of(queryset)
    found = _kept.get(key) if key else None
    if found and found[0] > time.monotonic():
        return found[1]
    total = int(queryset.order_by().count())
    if key and total >= LONG:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = (time.monotonic() + SECONDS, total)
    return total


def _key_of(queryset: Any) -> Key | None:
    """What the total depends on; None for a list that the compiler knows to be empty."""
    if _is_whole_table(queryset.query):
        return connection.schema_name, queryset.model._meta.db_table, ""
    try:
        sql, params = queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return connection.schema_name, sql, str(params)


def _is_whole_table(query: Any) -> bool:
    """Whether nothing is filtered, so that there is no statement to write for telling lists apart."""
    further = query.annotations or query.extra or query.extra_tables or query.combinator or query.distinct
    return not (query.where.children or further or query.is_sliced)
