"""The database backend: PostgreSQL's own, but for the compiler and the statements that are prepared."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.signals import register_type_handlers
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.signals import connection_created
from psycopg import _queries

from apps.core.database.loading import adapters_of

PREPARE_AFTER = 3
"""A statement is prepared when a connection has run it so often."""
MANY_TEXTS = 2_000
_texts: dict[Any, tuple[Any, ...]] = {}


class ParsedText(_queries.PostgresQuery):
    """A statement whose text comes again: where its parameters stand is looked for once.

    The driver forgets texts with more than fifty parameters, and keeps but 128 of all others.
    """

    def convert(self, query: Any, vars: Any) -> None:
        if vars is None or query.__class__ is not str:
            super().convert(query, vars)
            return
        key = (query, self._tx.encoding)
        found = _texts.get(key)
        if found is None:
            if len(_texts) >= MANY_TEXTS:
                _texts.clear()
            found = _texts[key] = _queries._query2pg_nocache(self._ensure_bytes(query), self._tx.encoding)
        self.query, self._want_formats, self._order, self._parts = found
        self.dump(vars)


class PreparingCursor(base.ServerBindingCursor):
    _query_cls = ParsedText


class DatabaseOperations(PostgresOperations):
    compiler_module = "apps.core.database.compiler"

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> Any:
        """For the log of statements: with the values, also where they were sent apart."""
        if isinstance(cursor, base.ServerBindingCursor):
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.prepares = False
        super().__init__(*args, **kwargs)

    def get_connection_params(self) -> dict[str, Any]:
        adapters = adapters_of(settings.USE_TZ, self.timezone)
        found: dict[str, Any] = super().get_connection_params()
        return {**found, "context": adapters, "prepare_threshold": PREPARE_AFTER}

    def preparing(self) -> Preparing:
        """Within it, cursors send parameters apart from the text, so that PostgreSQL plans a text once.

        For statements that come again and again and whose parameters have one possible type each: values of
        columns, keys that are compared, casts. Not for ``SELECT *`` (a prepared one fails after a column was
        added) and not for patterns and ranges, whose best plan depends on the value. The driver's other
        cursors (ours by default) write the parameters into the text and prepare nothing.
        """
        return Preparing(self)

    def create_cursor(self, name: str | None = None) -> Any:
        if name or not self.prepares:
            return super().create_cursor(name)
        link = self.connection
        usual, link.cursor_factory = link.cursor_factory, PreparingCursor
        try:
            return super().create_cursor()
        finally:
            link.cursor_factory = usual


class Preparing:
    """The block of ``DatabaseWrapper.preparing``. Two of these stand around nearly every statement: a class
    costs a third of what a generator does."""

    __slots__ = ("before", "wrapper")

    def __init__(self, wrapper: DatabaseWrapper) -> None:
        self.wrapper = wrapper

    def __enter__(self) -> None:
        self.before, self.wrapper.prepares = self.wrapper.prepares, True

    def __exit__(self, *_error: object) -> None:
        self.wrapper.prepares = self.before


def unused_types_pass() -> None:
    """No column of ours is of citext or hstore: Django needn't teach them to each request's connection."""
    connection_created.disconnect(register_type_handlers)
