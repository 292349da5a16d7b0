"""Many rows in one statement by COPY, and their history by INSERT … SELECT: for imports.

Triggers, checks and keys hold as ever, and errors arrive as Django's; ``save()`` and signals are passed by,
as with ``bulk_create``. Columns that keep the time of a write (``auto_now``) are set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from apps.core.actor import current_actor
from apps.core.database.adding import rows_add

MANY = 40
"""From here on COPY is cheaper than an INSERT with its thousands of parameters."""


def rows_insert(rows: Sequence[models.Model]) -> None:
    """Write new instances of one model and set their ids: by INSERT when they are few, else by COPY."""
    if len(rows) >= MANY:
        rows_copy(rows, with_ids=True)
    elif rows:
        rows_add(rows)


def ids_take(rows: Sequence[models.Model]) -> None:
    """Give new instances of one model their ids from its sequence, for rows that name each other."""
    if rows:
        _take_ids(type(rows[0]), rows)


def rows_copy(rows: Sequence[models.Model], *, with_ids: bool = False) -> None:
    """Write new instances of one model. ``with_ids`` writes their ids too, taken from the sequence and set
    where they have none."""
    if not rows:
        return
    model = type(rows[0])
    if with_ids and rows[0].pk is None:
        _take_ids(model, rows)
    fields = [field for field in model._meta.concrete_fields if with_ids or not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    _set_times(fields, rows)
    values = attrgetter(*(field.attname for field in fields))
    special = [(i, convert) for i, field in enumerate(fields) if (convert := _converter(field))]
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            record = list(values(row))
            for index, convert in special:
                record[index] = convert(record[index])
            copy.write_row(record)
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


def _set_times(fields: Sequence[models.Field], rows: Sequence[models.Model]) -> None:
    names = [f.attname for f in fields if getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False)]
    if names:
        now = timezone.now()
        for row in rows:
            for name in names:
                setattr(row, name, now)


def _take_ids(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(name) FROM generate_series(1, %s), "
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s",
            [len(rows), connection.ops.quote_name(model._meta.db_table)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk


def _converter(field: models.Field) -> Callable[[Any], Any] | None:
    """JSON and arrays need their database form; everything else goes as it is."""
    if isinstance(field, models.JSONField):
        empty = field.get_db_prep_save({}, connection)  # nearly all are
        return lambda value: empty if value == {} else field.get_db_prep_save(value, connection)
    if isinstance(field, ArrayField):
        return lambda value: list(value or [])
    return None


def history_copy(model: type[models.Model], ids: Sequence[int], *, change: str = "+") -> None:
    """The history rows of records that were written in bulk, as they are in the table now."""
    history = model.history.model  # type: ignore[attr-defined]  # the history library adds it at run time
    own = {field.column for field in model._meta.concrete_fields}
    shared = [field.column for field in history._meta.concrete_fields if field.column in own]
    actor = current_actor()
    extra = {
        "history_date": "clock_timestamp()",
        "history_type": "%s",
        "history_user_id": "%s",
        "actor_kind": "%s",
        "actor_label": "%s",
    }
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in (*shared, *extra))
    values = ", ".join((*(quote(name) for name in shared), *extra.values()))
    statement = (
        f"INSERT INTO {quote(history._meta.db_table)} ({columns}) "  # noqa: S608 - names of our own models
        f"SELECT {values} FROM {quote(model._meta.db_table)} WHERE id = ANY(%s)"
    )
    with connection.cursor() as cursor:
        arguments = [change, actor.user_id, actor.kind, actor.label[:200], list(ids)]
        cursor.execute(statement, arguments)
