"""SQL compiler that writes the column list of a model once instead of for every query.

Half of the time of a small query goes into spelling out thirty columns, looking for their converters and
comparing them with the ordering. All of that depends on nothing but the model and its alias, so the column
expressions are kept beside the model (``_meta``) and carry their text and converters along. Everything else
is Django's: what a query asks, its joins, conditions and parameters.

Statements of the daily work (rows by their keys, new rows, changed rows) are prepared; see ``preparing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql import compiler as postgres
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In, IsNull, Lookup
from django.db.models.sql.constants import MULTI

from apps.core.database.loading import reader_instead
from apps.core.database.reading import keep_query, kept_query, key_of
from apps.core.database.writing import NotPlain, kept_insert, update_parts

SQLAggregateCompiler = postgres.SQLAggregateCompiler
SQLDeleteCompiler = postgres.SQLDeleteCompiler

MANY_KEYS = 25
MANY_VALUES = 2_000
"""Longer lists hardly come again in the same length; the protocol ends at 65,535 parameters."""


def by_keys(node: Any) -> bool:
    """Whether a condition asks for nothing but given values of columns."""
    for child in node.children:
        if hasattr(child, "children"):
            if not by_keys(child):
                return False
        elif not isinstance(child, (Exact, In, IsNull)) or not _given(child):
            return False
    return True


def compares_only(node: Any) -> bool:
    """Whether a condition does nothing but compare columns with given values."""
    return all(
        compares_only(child)
        if hasattr(child, "children")
        else isinstance(child, Lookup) and child.lhs.__class__ is Col and not hasattr(child.rhs, "as_sql")
        for child in node.children
    )


def _given(lookup: Any) -> bool:
    value = lookup.rhs
    if lookup.lhs.__class__ is not Col or hasattr(value, "resolve_expression"):
        return False
    return not isinstance(lookup, In) or (isinstance(value, (list, tuple)) and len(value) <= MANY_KEYS)


class SQLInsertCompiler(postgres.SQLInsertCompiler):
    def as_sql(self) -> list[tuple[str, tuple[Any, ...]]]:
        query = self.query
        if query.raw or query.on_conflict is not None or not query.fields:
            return super().as_sql()
        try:
            kept = kept_insert(query.get_meta(), query.fields, self.returning_fields, self.connection)
            return [kept.statement(query.objs, self.connection)]
        except NotPlain:
            return super().as_sql()

    def execute_sql(self, returning_fields: Any = None) -> Any:
        if len(self.query.objs) * len(self.query.fields) > MANY_VALUES:
            return super().execute_sql(returning_fields)
        with self.connection.preparing():
            return super().execute_sql(returning_fields)


class SQLUpdateCompiler(postgres.SQLUpdateCompiler):
    def as_sql(self) -> tuple[str, tuple[Any, ...]]:
        query = self.query
        if not (query.values and query.where.children) or query.related_updates or not by_keys(query.where):
            return super().as_sql()
        try:
            text, values = update_parts(query.values, self.connection)
        except NotPlain:
            return super().as_sql()
        query.get_initial_alias()
        if query.count_active_tables() != 1:
            return super().as_sql()
        where, params = self.compile(query.where)
        table = self.quote_name_unless_alias(query.base_table)
        return " ".join(("UPDATE", table, "SET", text, "WHERE", where)), (*values, *params)

    def execute_sql(self, result_type: Any) -> Any:
        values = (value for _field, _model, value in self.query.values)
        if any(hasattr(value, "resolve_expression") for value in values) or not by_keys(self.query.where):
            return super().execute_sql(result_type)
        with self.connection.preparing():
            return super().execute_sql(result_type)


@dataclass(frozen=True)
class KeptColumns:
    """All columns of a model under one alias: expressions, and the same as ``get_select`` answers them.

    ``fields`` is the list they were made of: Django makes a new list when a model's fields change.
    """

    fields: Any
    columns: tuple[Col, ...]
    selected: tuple[Any, ...]


class SQLCompiler(postgres.SQLCompiler):
    keeps_text = False

    def execute_sql(self, result_type: Any = MULTI, chunked_fetch: bool = False, **kwargs: Any) -> Any:
        query = self.query
        plain = not (query.annotation_select or query.group_by or query.extra_select or query.combinator)
        self.keeps_text = plain and compares_only(query.where)
        if chunked_fetch or not plain or not by_keys(query.where):
            return super().execute_sql(result_type, chunked_fetch, **kwargs)
        with self.connection.preparing():
            return super().execute_sql(result_type, chunked_fetch, **kwargs)

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> tuple[str, tuple[Any, ...]]:
        key = key_of(self.query) if self.keeps_text and with_limits and not with_col_aliases else None
        if key is None or (self.query.select_for_update and self.connection.get_autocommit()):
            return super().as_sql(with_limits, with_col_aliases)
        kept = kept_query(self, key)
        if kept is None:
            text, params = super().as_sql(with_limits, with_col_aliases)
            keep_query(self, key, text, params)
            return text, params
        self.query.get_initial_alias()
        kept.give(self)  # before the condition, which may say that nothing can be found
        if not self.query.where.children:
            return kept.head, ()
        where, params = self.compile(self.query.where)
        return f"{kept.head}{where}{kept.tail}", tuple(params)

    def get_default_columns(
        self, select_mask: Any, start_alias: Any = None, opts: Any = None, from_parent: Any = None
    ) -> list[Any]:
        opts = opts or self.query.get_meta()
        if opts is None or opts.parents or from_parent:
            return super().get_default_columns(select_mask, start_alias, opts, from_parent)
        columns = self._kept(opts, start_alias or self.query.get_initial_alias()).columns
        return [column for column in columns if not select_mask or column.target in select_mask]

    def get_select(self, with_col_aliases: bool = False) -> tuple[Any, Any, Any]:
        if with_col_aliases or not self._is_whole_model():
            return super().get_select(with_col_aliases)
        kept = self._kept(self.query.get_meta(), self.query.get_initial_alias())
        info = {"model": self.query.model, "select_fields": list(range(len(kept.columns)))}
        return list(kept.selected), info, {}

    def _order_by_pairs(self) -> Any:
        """Django compares what is ordered by with each selected column, each in an expression made for it. A
        name of a column equals none of them: only aliases and expressions do."""
        if not self._ordered_by_names():
            yield from super()._order_by_pairs()
            return
        selected, self.select = self.select, None
        try:
            found: Any = super()._order_by_pairs()
            pairs = list(found)
        finally:
            self.select = selected
        yield from pairs

    def _ordered_by_names(self) -> bool:
        query = self.query
        further = query.annotations or query.extra or query.extra_order_by or query.combinator
        if query.model is None or not query.default_cols or further:
            return False
        names = query.order_by or (query.get_meta().ordering if query.default_ordering else ())
        return all(isinstance(name, str) for name in names)

    def _is_whole_model(self) -> bool:
        """Whether the query selects the columns of its model, all of them and nothing besides."""
        query = self.query
        return bool(
            query.default_cols
            and not query.select
            and not query.select_related
            and not query.annotation_select
            and not query.extra_select
            and query.selected is None
            and query.deferred_loading[1]
            and not query.deferred_loading[0]
            and not query.get_meta().parents
        )

    def _kept(self, opts: Any, alias: str) -> KeptColumns:
        quoted = self.quote_name_unless_alias(alias)
        table = opts.__dict__.setdefault("bahi_columns", {})
        kept = table.get(quoted)
        if kept is None or kept.fields is not opts.concrete_fields:
            kept = table[quoted] = self._columns_of(opts, alias)
        return kept

    def _columns_of(self, opts: Any, alias: str) -> KeptColumns:
        columns, selected = [], []
        for field in opts.concrete_fields:
            column = field.get_col(alias)
            column.bahi_converters = self._converters_of(column)
            columns.append(column)
            text, params = self.compile(column)
            selected.append((column, column.select_format(self, text, params), None))
        return KeptColumns(opts.concrete_fields, tuple(columns), tuple(selected))

    def compile(self, node: Any) -> tuple[str, Any]:
        if node.__class__ is Col and node.alias:
            column = self.connection.ops.quote_name(node.target.column)
            return f"{self.quote_name_unless_alias(node.alias)}.{column}", []
        return super().compile(node)

    def get_converters(self, expressions: Any) -> dict[int, Any]:
        if not all(expression.__class__ is Col for expression in expressions):
            return super().get_converters(expressions)
        found = {}
        for index, column in enumerate(expressions):
            converters = column.__dict__.get("bahi_converters")
            if converters is None:
                converters = self._converters_of(column)
            if converters:
                found[index] = (converters, column)
        return found

    def _converters_of(self, column: Col) -> list[Any]:
        found = self.connection.ops.get_db_converters(column) + column.get_db_converters(self.connection)
        return [reader_instead(converter) for converter in found]
