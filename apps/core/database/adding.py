"""New rows of one model by one INSERT, without ``save()``: entries of logs and ledgers, lines, history; and
the UPDATE of one record's ``save()``.

``bulk_create`` looks through all columns of each row and makes a query of them before the text that is kept
(``writing``) is asked for. Of that this leaves what a row needs: its keys and its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.transaction import mark_for_rollback_on_error

from apps.core.database.prepared import prepared_rows
from apps.core.database.writing import NotPlain, column_of, kept_insert, update_parts


def rows_add(rows: Sequence[Any]) -> None:
    """Write new instances of one model and set their ids; their signals aren't sent. For a few rows: many
    go by COPY (``core.copying.rows_insert``)."""
    model = type(rows[0])
    connection: Any = connections[DEFAULT_DB_ALIAS]
    written = _written(model)
    if written is None or any(row.pk is not None for row in rows):
        model._default_manager.bulk_create(rows)
        return
    fields, returned, keys = written
    for row in rows:
        _keys_taken_over(row, keys)
    try:
        kept = kept_insert(model._meta, fields, returned, connection)
        text, params = kept.statement(rows, connection)
    except NotPlain:
        model._default_manager.bulk_create(rows)
        return
    with mark_for_rollback_on_error(using=connection.alias):
        found = prepared_rows(text, params)
    for row, values in zip(rows, found, strict=True):
        for field, value in zip(returned, values, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, connection.alias


class SavedPlainly(models.Model):
    """A record that ``save()`` writes without a query set: by the text of its columns and its key."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """Django's place for the INSERT of ``save()``: what the database gives of the new record."""
        connection: Any = connections[using]
        plain = not raw and using == DEFAULT_DB_ALIAS and list(returning_fields) == [self._meta.pk]
        if not plain or not isinstance(self._meta.pk, models.AutoField):
            return super()._do_insert(manager, using, fields, returning_fields, raw)
        try:
            kept = kept_insert(manager.model._meta, fields, returning_fields, connection)
            text, params = kept.statement([self], connection)
        except NotPlain:
            return super()._do_insert(manager, using, fields, returning_fields, raw)
        return prepared_rows(text, params)

    def _do_update(self, base_qs: Any, using: str, pk_val: Any, values: Any, *more: Any) -> Any:
        """Django's place for the UPDATE of ``save()``: whether the record was there to be changed."""
        connection: Any = connections[using]
        if not values or using != DEFAULT_DB_ALIAS or self._meta.select_on_save:
            return super()._do_update(base_qs, using, pk_val, values, *more)
        try:
            text, params = update_parts(values, connection)
            key = column_of(self._meta.pk, connection)
        except NotPlain:
            return super()._do_update(base_qs, using, pk_val, values, *more)
        table = connection.ops.quote_name(base_qs.model._meta.db_table)
        statement = (
            f"UPDATE {table} SET {text} WHERE {table}.{connection.ops.quote_name(key.field.column)} = %s"  # noqa: S608 - names of our own tables and columns, values are parameters
        )
        with connection.preparing(), connection.cursor() as cursor:
            cursor.execute(statement, [*params, key.parameter(pk_val, connection)])
            return cursor.rowcount > 0


def _keys_taken_over(row: Any, keys: dict[str, tuple[str, str]]) -> None:
    """A record that was set before it had its id has one by now. Raises ValueError when it hasn't."""
    for name, related in row._state.fields_cache.items():
        if related is None or name not in keys:
            continue
        column, target = keys[name]
        if getattr(row, column) is None:
            value = getattr(related, target)
            if value is None:
                raise ValueError(f"{type(row).__name__}.{name} names a record that isn't saved.")
            row.__dict__[column] = value  # set as an attribute it would take the record from beside the row


@cache
def _written(model: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, tuple[str, str]]] | None:
    """The columns of a new row without its id, those that the database gives, and the keys: name → (column,
    column of the other record).

    None for a model whose id the database doesn't give, whose columns lie in several tables, or where
    Python's values of what it gives are others than the driver's.
    """
    meta, connection = model._meta, connections[DEFAULT_DB_ALIAS]
    returned = tuple(meta.db_returning_fields)
    converted = any(
        [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        for column in (field.get_col(meta.db_table) for field in returned)
    )
    if meta.parents or converted or not isinstance(meta.pk, models.AutoField):
        return None
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key and not field.generated)
    keys = {f.name: (f.attname, f.target_field.attname) for f in fields if isinstance(f, models.ForeignKey)}
    return fields, returned, keys
