"""SQL compiler that writes the column list of a model once instead of for every query.

Half of the time of a small query goes into spelling out thirty columns, looking for their converters and
comparing them with the ordering. All of that depends on nothing but the model and its alias, so the column
expressions are kept beside the model (``_meta``) and carry their text and converters along. Everything else
is Django's: what a query asks, its joins, conditions and parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql import compiler as postgres
from django.db.models.expressions import Col

SQLAggregateCompiler = postgres.SQLAggregateCompiler
SQLDeleteCompiler = postgres.SQLDeleteCompiler
SQLInsertCompiler = postgres.SQLInsertCompiler
SQLUpdateCompiler = postgres.SQLUpdateCompiler


@dataclass(frozen=True)
class KeptColumns:
    """All columns of a model under one alias: expressions, and the same as ``get_select`` answers them.

    ``fields`` is the list they were made of: Django makes a new list when a model's fields change.
    """

    fields: Any
    columns: tuple[Col, ...]
    selected: tuple[Any, ...]


class SQLCompiler(postgres.SQLCompiler):
    def get_default_columns(
        self, select_mask: Any, start_alias: Any = None, opts: Any = None, from_parent: Any = None
    ) -> list[Any]:
        opts = opts or self.query.get_meta()
        if opts is None or opts.parents or select_mask or from_parent:
            return super().get_default_columns(select_mask, start_alias, opts, from_parent)
        return list(self._kept(opts, start_alias or self.query.get_initial_alias()).columns)

    def get_select(self, with_col_aliases: bool = False) -> tuple[Any, Any, Any]:
        if with_col_aliases or not self._is_whole_model():
            return super().get_select(with_col_aliases)
        kept = self._kept(self.query.get_meta(), self.query.get_initial_alias())
        info = {"model": self.query.model, "select_fields": list(range(len(kept.columns)))}
        return list(kept.selected), info, {}

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
        return self.connection.ops.get_db_converters(column) + column.get_db_converters(self.connection)
