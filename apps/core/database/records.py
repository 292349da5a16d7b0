"""Records without a query set: the small reads of the daily work.

Half of such a read goes into the query set: each condition becomes objects that are resolved, compiled and
thrown away. Columns, joins and the making of the records depend on names alone; they are kept beside the
model (``_meta``). Conditions are columns with values (``records_by``) or SQL of our own (``records_where``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from apps.core.database.prepared import prepared_rows
from apps.core.database.writing import Column, column_of

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class KeptRead:
    """The text of a read and how its rows become records.

    ``fields`` is the list they were made of: Django makes a new list when a model's fields change.
    """

    fields: Any
    text: str
    names: list[str]
    first: int
    converters: tuple[tuple[int, Any, Any], ...]
    populators: list[Any]

    def records(self, model: type[M], rows: Sequence[tuple[Any, ...]], connection: Any) -> list[M]:
        first, last = self.first, self.first + len(self.names)
        found = []
        for row in rows:
            values: Any = row
            if self.converters:
                values = list(row)
                for place, convert, column in self.converters:
                    values[place] = convert(values[place], column, connection)
            record = model.from_db(connection.alias, self.names, values[first:last])
            for populator in self.populators:
                populator.populate(values, record)
            found.append(record)
        return found


def records_where(
    model: type[M],
    condition: str,
    params: Sequence[Any],
    *,
    joined: Sequence[str] = (),
    order: Sequence[str] = (),
    lock: str = "",
) -> list[M]:
    """Records that fulfil a condition written in SQL, whose text comes again. One statement, planned once.

    ``joined`` are keys whose records come with them; ``order`` names columns, ``-`` before one turns it;
    ``lock`` is ``UPDATE`` or ``SHARE``, held until the transaction ends.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if lock and connection.get_autocommit():
        raise TransactionManagementError("Rows are held inside a transaction only.")
    key = (condition, tuple(joined), tuple(order), lock)
    kept = model._meta.__dict__.setdefault("bahi_reads", {})
    read = kept.get(key)
    if read is None or read.fields is not model._meta.concrete_fields:
        read = kept[key] = _read(model, key, connection)
    return read.records(model, prepared_rows(read.text, params), connection)


def records_by(
    model: type[M],
    values: Mapping[str, Any],
    *,
    joined: Sequence[str] = (),
    order: Sequence[str] = (),
    lock: str = "",
) -> list[M]:
    """The records whose columns have these values: ``{"pk__in": ids, "deleted_at": None, "company": 1}``.

    The rest is as ``records_where`` has it.
    """
    if any(name.endswith("__in") and not value for name, value in values.items()):
        return []
    connection: Any = connections[DEFAULT_DB_ALIAS]
    shape = tuple((name, value is None) for name, value in values.items())
    kept = model._meta.__dict__.setdefault("bahi_conditions", {})
    found = kept.get(shape)
    if found is None:
        found = kept[shape] = _condition(model, shape, connection)
    text, asked = found
    params = [_parameter(column, values[name], name.endswith("__in"), connection) for name, column in asked]
    return records_where(model, text, params, joined=joined, order=order, lock=lock)


def rows_below(record: models.Model, name: str, *, joined: Sequence[str] = ()) -> list[Any]:
    """The rows of a reverse key in their order, each with the record beside it: those that were read with it
    (``prefetch_related``), else one statement."""
    there = record.__dict__.get("_prefetched_objects_cache", {}).get(name)
    if there is not None and not joined:
        return list(there)
    relation: Any = type(record)._meta.get_field(name)
    model, key = relation.related_model, relation.field
    rows = records_by(model, {key.name: record.pk}, joined=joined, order=model._meta.ordering)
    for row in rows:
        key.set_cached_value(row, record)
    return rows


def plain_conditions(condition: models.Q) -> dict[str, Any] | None:
    """A condition as ``records_by`` takes it; None for one that only a query set can say."""
    found: dict[str, Any] = {}
    if condition.negated or condition.connector != models.Q.AND:
        return None
    for child in condition.children:
        if isinstance(child, models.Q):
            part = plain_conditions(child)
        else:
            part = _plain(*child) if isinstance(child, tuple) else None
        if part is None or part.keys() & found.keys():
            return None
        found |= part
    return found


def _plain(name: str, value: Any) -> dict[str, Any] | None:
    if name.endswith("__in"):
        given = isinstance(value, (list, tuple, set, frozenset))
    else:
        given = not hasattr(value, "resolve_expression")
    return {name: value} if given and "__" not in name.removesuffix("__in") else None


def _parameter(column: Column, value: Any, many: bool, connection: Any) -> Any:
    if many:
        return [_parameter(column, one, False, connection) for one in value]
    return column.parameter(value.pk if isinstance(value, models.Model) else value, connection)


def _condition(
    model: type[models.Model], shape: Sequence[tuple[str, bool]], connection: Any
) -> tuple[str, list[tuple[str, Column]]]:
    """The text for columns of these names (and whether each is to be empty), and those that have values."""
    quote = connection.ops.quote_name
    texts, asked = [], []
    for name, empty in shape:
        column = column_of(_field(model, name.removesuffix("__in")), connection)
        own = f"{quote(model._meta.db_table)}.{quote(column.field.column)}"
        if empty:
            texts.append(f"{own} IS NULL")
            continue
        asked.append((name, column))
        kind = column.field.db_type(connection).split("(")[0]  # no length: nothing is cut off
        texts.append(f"{own} = ANY(%s::{kind}[])" if name.endswith("__in") else f"{own} = %s")
    return " AND ".join(texts), asked


def _read(
    model: type[models.Model], key: tuple[str, Sequence[str], Sequence[str], str], connection: Any
) -> KeptRead:
    condition, joined, order, lock = key
    rows = model._default_manager.order_by()
    compiler = (rows.select_related(*joined) if joined else rows).query.get_compiler(connection=connection)
    head, params = compiler.as_sql()
    if params or rows.query.where or model._meta.parents:
        raise TypeError(f"{model.__name__} is read by a query set: its rows aren't those of one plain table.")
    table = connection.ops.quote_name(model._meta.db_table)
    parts = [head, "WHERE", condition]
    if order:
        parts += ["ORDER BY", ", ".join(_ordered(model, table, name, connection) for name in order)]
    if lock:
        parts += ["FOR", lock, "OF", table]
    selected = compiler.klass_info["select_fields"]
    columns = [one[0] for one in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(columns)
    return KeptRead(
        model._meta.concrete_fields,
        " ".join(parts),
        [columns[place].target.attname for place in selected],
        selected[0],
        tuple((at, convert, column) for at, (every, column) in converters.items() for convert in every),
        get_related_populators(compiler.klass_info, compiler.select, connection.alias),  # type: ignore[call-arg]  # the stubs are of a later Django
    )


def _ordered(model: type[models.Model], table: str, name: str, connection: Any) -> str:
    column = connection.ops.quote_name(_field(model, name.removeprefix("-")).column)
    return f"{table}.{column} {'DESC' if name.startswith('-') else 'ASC'}"


def _field(model: type[models.Model], name: str) -> Any:
    """The column of that name. Raises FieldDoesNotExist for what is a path or a lookup."""
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
