"""The text of a query, kept between two askings of it.

A row by its key, a few rows by theirs, those of a day are asked again and again with other values.
Columns, joins, order and limit depend on nothing but what the query says of them, so the text around
the condition is kept beside the model (``_meta``) together with what Django reads the rows by. The
condition is written each time; the first page of a list that has none is one kept text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models.sql.datastructures import BaseTable

MANY_TEXTS = 500
"""So many a model at most; nothing but code makes them, so that this is never reached."""


@dataclass(frozen=True)
class KeptQuery:
    """Text before and after the condition (all of it where there is none), and how the rows are read.

    ``fields`` is the list they were made of: Django makes a new list when a model's fields change.
    """

    fields: Any
    head: str
    tail: str
    select: Any
    klass_info: Any
    annotation_col_map: Any

    def give(self, compiler: Any) -> None:
        """Leave on the compiler what its ``as_sql`` would have."""
        compiler.select, compiler.klass_info = self.select, self.klass_info
        compiler.annotation_col_map = self.annotation_col_map
        compiler.col_count, compiler.has_extra_select = len(self.select), False


def key_of(query: Any) -> tuple[Any, ...] | None:
    """What the text of a query depends on besides its condition; None for one that isn't kept."""
    if (
        query.annotations
        or query.extra
        or query.extra_tables
        or query.explain_info
        or query._filtered_relations
        or query.extra_order_by
        or not query.default_cols
        or query.select
    ):
        return None
    unused = []  # joins that a condition on a key began with and didn't need: later ones take their names
    for alias, table in query.alias_map.items():
        if table.__class__ is BaseTable and alias == query.get_meta().db_table:
            continue
        if query.alias_refcount[alias]:  # conditions on other tables bring joins of their own
            return None
        unused.append((alias, table.identity))
    if any(not isinstance(name, str) for name in query.order_by):
        return None
    locks = (
        (
            query.select_for_update_nowait,
            query.select_for_update_skip_locked,
            query.select_for_update_of,
            query.select_for_no_key_update,
        )
        if query.select_for_update
        else None
    )
    related = query.select_related
    return (
        bool(query.where.children),
        tuple(unused),
        related if related.__class__ is bool else _names(related),
        query.max_depth,
        frozenset(query.deferred_loading[0]),
        query.deferred_loading[1],
        query.selected,
        query.order_by,
        query.default_ordering,
        query.standard_ordering,
        query.distinct,
        query.distinct_fields,
        query.low_mark,
        query.high_mark,
        locks,
    )


def _names(related: Any) -> tuple[Any, ...]:
    return tuple((name, _names(below)) for name, below in related.items())


def kept_query(compiler: Any, key: tuple[Any, ...]) -> KeptQuery | None:
    opts = compiler.query.get_meta()
    found: KeptQuery | None = opts.__dict__.get("bahi_queries", {}).get(key)
    return found if found is not None and found.fields is opts.concrete_fields else None


def keep_query(compiler: Any, key: tuple[Any, ...], text: str, params: Any) -> None:
    """Keep what Django wrote, if the condition stands in it as it does alone and has all parameters."""
    if compiler.has_extra_select:
        return
    head, tail, where_params = text, "", ()
    if compiler.query.where.children:
        where, where_params = compiler.compile(compiler.where)
        before, found, tail = text.partition(f" WHERE {where}")
        if not found or found in tail:
            return
        head = f"{before} WHERE "
    if tuple(params) != tuple(where_params):
        return
    opts = compiler.query.get_meta()
    kept = opts.__dict__.setdefault("bahi_queries", {})
    if len(kept) < MANY_TEXTS:
        read = (compiler.select, compiler.klass_info, compiler.annotation_col_map)
        kept[key] = KeptQuery(opts.concrete_fields, head, tail, *read)
