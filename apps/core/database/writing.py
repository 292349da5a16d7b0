"""How a row becomes the text and the parameters of its INSERT or UPDATE.

Django asks each field of each row anew how its value is written: a dozen calls for a value that is what
it was before. What depends on the column alone is worked out once for a model and kept beside it
(``_meta``): text of the statement, and for each column the Python type whose values go as they are. A
value of another type (a member of an enumeration, a text for a number) is still prepared by its field,
and a statement with an expression in it is written by Django.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import DatabaseDefault
from psycopg.types import numeric

from apps.core.plain_values import behaves_as

Convert = Callable[[Any], Any]

_METHODS = ("get_db_prep_save", "get_db_prep_value", "get_prep_value", "to_python")


class NotPlain(Exception):
    """A statement that Django has to write: an expression among its values."""


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_IN_ARRAYS: dict[type, tuple[Callable[[Any], bool], Callable[[Any], str]]] = {
    str: (lambda value: isinstance(value, str), _quoted),
    bool: (lambda value: value.__class__ is bool, lambda value: "t" if value else "f"),
    int: (lambda value: value.__class__ is int, str),
    Decimal: (lambda value: value.__class__ is Decimal and value.is_finite(), str),
    date: (lambda value: value.__class__ is date, date.isoformat),
}
"""Which values stand in the text of an array as they are, and how, by the type that is plain for a column."""


@dataclass(frozen=True)
class Column:
    """One column: its field, how Django sets it before saving (if it does), and the type that needs no more
    than ``convert`` (None: goes as it is)."""

    field: Any
    attname: str
    pre_save: Callable[..., Any] | None
    plain: type | None
    convert: Convert | None
    placeholder: str
    assignment: str

    def value_of(self, row: Any) -> Any:
        """What a new row holds, set by the field first where it does so."""
        return self.pre_save(row, True) if self.pre_save else getattr(row, self.attname)

    def array(self, values: Sequence[Any], connection: Any) -> Any:
        """The values of many rows as one array: as text, which the driver would make value by value, or as a
        list where some value isn't plain. Raises NotPlain."""
        plain, write = _IN_ARRAYS.get(self.plain, (None, None))  # type: ignore[arg-type]  # None isn't there
        if plain is None or write is None or not all(value is None or plain(value) for value in values):
            return [self.parameter(value, connection) for value in values]
        return f"{{{','.join(['NULL' if value is None else write(value) for value in values])}}}"

    def parameter(self, value: Any, connection: Any) -> Any:
        """The value as the driver takes it. Raises NotPlain for an expression."""
        if value.__class__ is self.plain:
            return value if self.convert is None else self.convert(value)
        if value is None and self.plain is not None:
            return None
        if hasattr(value, "resolve_expression"):
            raise NotPlain
        return self.field.get_db_prep_save(value, connection=connection)


def column_of(field: Any, connection: Any) -> Column:
    """The kept column of a model's field."""
    kept = field.model._meta.__dict__.setdefault("bahi_written", {})
    found = kept.get(field.attname)
    if found is None or found.field is not field:
        found = kept[field.attname] = _column(field, connection)
    return found  # type: ignore[no-any-return]  # what was kept is a column


def _column(field: Any, connection: Any) -> Column:
    plain, convert = _plain_of(field, connection)
    own = type(field).pre_save is not models.Field.pre_save
    placeholder = "%s"
    if hasattr(field, "get_placeholder"):
        placeholder = field.get_placeholder(None, None, connection) if type(field) is ArrayField else ""
    assignment = f"{connection.ops.quote_name(field.column)} = {placeholder}"
    pre_save = field.pre_save if own else None
    return Column(field, field.attname, pre_save, plain, convert, placeholder, assignment)


def _plain_of(field: Any, connection: Any) -> tuple[type | None, Convert | None]:
    """The type whose values need no field, and what is still done to them; (None, None): always ask it."""
    while type(field) in (models.ForeignKey, models.OneToOneField):
        field = field.target_field
    if type(field) is models.BigAutoField:
        return int, numeric.Int8
    if behaves_as(field, models.IntegerField, _METHODS):
        return int, connection.ops.integerfield_type_map[field.get_internal_type()]
    base = next((base for base in _PLAIN if behaves_as(field, base, _METHODS)), None)
    if base is None:
        return None, None
    kind, well_formed = _PLAIN[base]
    if well_formed is None:
        return kind, None
    return kind, lambda value: value if well_formed(value) else field.get_db_prep_save(value, connection)


_PLAIN: dict[type[models.Field], tuple[type, Callable[[Any], bool] | None]] = {
    models.CharField: (str, None),
    models.TextField: (str, None),
    models.BooleanField: (bool, None),
    models.DecimalField: (Decimal, Decimal.is_finite),
    models.DateTimeField: (datetime, lambda value: value.tzinfo is not None),
    models.DateField: (date, None),
}


@dataclass(frozen=True)
class KeptInsert:
    """The text of an INSERT around its values, and its columns.

    ``fields`` and ``returning`` are held so that their ids, which are its key, stay theirs.
    """

    fields: tuple[Any, ...]
    returning: tuple[Any, ...]
    columns: tuple[Column, ...]
    head: str
    tail: str
    arrays: str

    def statement(self, rows: Sequence[Any], connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Text and parameters for these instances. Raises NotPlain."""
        if len(rows) > 1:
            if not self.arrays:
                raise NotPlain
            by_column = zip(*map(self._values, rows), strict=True)
            pairs = zip(self.columns, by_column, strict=True)
            text = "".join((self.head, " SELECT * FROM UNNEST(", self.arrays, ")", self.tail))
            return text, tuple([column.array(values, connection) for column, values in pairs])
        marks, values = [], []
        for column, value in zip(self.columns, self._values(rows[0]), strict=True):
            if value.__class__ is DatabaseDefault:
                marks.append("DEFAULT")
                continue
            if not column.placeholder:
                raise NotPlain
            marks.append(column.placeholder)
            values.append(column.parameter(value, connection))
        return f"{self.head} VALUES ({', '.join(marks)}){self.tail}", tuple(values)

    def _values(self, row: Any) -> list[Any]:
        """What a new row holds; nearly all of it lies in the row as it is."""
        held = row.__dict__
        return [
            held[column.attname]
            if column.pre_save is None and column.attname in held
            else column.value_of(row)
            for column in self.columns
        ]


def kept_insert(
    opts: Any, fields: Sequence[Any], returning: Sequence[Any] | None, connection: Any
) -> KeptInsert:
    """The kept statement that inserts these columns of a model and gives ``returning`` back."""
    returning = tuple(returning or ())
    key = (*map(id, fields), 0, *map(id, returning))
    kept = opts.__dict__.setdefault("bahi_inserts", {})
    found = kept.get(key)
    if found is None:
        found = kept[key] = _insert(opts, tuple(fields), returning, connection)
    return found  # type: ignore[no-any-return]  # what was kept is a statement


def _insert(opts: Any, fields: tuple[Any, ...], returning: tuple[Any, ...], connection: Any) -> KeptInsert:
    ops, quote = connection.ops, connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    tail = ops.return_insert_columns(returning)[0] if returning else ""
    columns = tuple(column_of(field, connection) for field in fields)
    return KeptInsert(
        fields,
        returning,
        columns,
        f"INSERT INTO {quote(opts.db_table)} ({names})",
        f" {tail}" if tail else "",
        _arrays(columns, connection),
    )


def _arrays(columns: Sequence[Column], connection: Any) -> str:
    """The columns as arrays, one parameter each for all rows; "" where a column can't be one."""
    casts = []
    for column in columns:
        field = column.field
        inner = field.target_field if field.is_relation else field
        if column.placeholder != "%s" or inner.get_internal_type() not in connection.data_types:
            return ""
        casts.append(f"(%s)::{field.db_type(connection).split('(')[0]}[]")  # no length: nothing is cut off
    return ", ".join(casts)


def update_parts(values: Sequence[Any], connection: Any) -> tuple[str, list[Any]]:
    """What an UPDATE sets, with its parameters, of (field, model, value). Raises NotPlain."""
    texts, params = [], []
    for field, _model, given in values:
        column = column_of(field, connection)
        if not column.placeholder:
            raise NotPlain
        texts.append(column.assignment)
        if given.__class__ is column.plain and column.convert is None:
            params.append(given)
            continue
        is_row = isinstance(given, models.Model)
        if is_row and not field.remote_field:
            raise NotPlain
        value = given.prepare_database_save(field) if is_row else given
        params.append(column.parameter(value, connection))
    return ", ".join(texts), params
