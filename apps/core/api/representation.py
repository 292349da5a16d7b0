"""Records as API values: money and quantities as strings, dates ISO, keys as ids.

The getters of a resource are compiled once: the columns of a row are taken out of it in one step, and only
those of a kind that JSON doesn't know are written anew. That is about twenty times faster than a serialiser
instance for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from apps.core.contribute import Contribution, contributions_to, resolve_contributions
from apps.core.guards import guards_of, hidden_fields, masked
from apps.core.records import Child, rows_kept

Getter = Callable[[Any], Any]
AS_IT_IS = frozenset({str, int, bool, float, dict, list, type(None)})
EMPTY: dict[str, Any] = {"money": Decimal(0), "quantity": Decimal(0), "rate": Decimal(0), "keys": []}


def iso_time(value: datetime | None) -> str | None:
    """A time in UTC as ``2026-11-21T10:00:00Z``, None for None."""
    return f"{value.astimezone(UTC).isoformat()[:-6]}Z" if value else None


def decimal_text(places: int) -> Callable[[Decimal | None], str | None]:
    """A function that writes decimals with ``places`` decimals; None stays None."""
    write = _decimal_writer(places)
    return lambda value: None if value is None else write(value)


def _decimal_writer(places: int) -> Callable[[Decimal], str]:
    return f"{{:.{places}f}}".format


def plain_value(value: Any) -> Any:
    """A value of an unknown kind, as JSON knows it."""
    if value.__class__ in AS_IT_IS:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return iso_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    return value


def getter_of(model: type[models.Model], name: str) -> Getter:
    """Function from an instance to the API value of one of its fields or properties."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:  # a property or method of the model
        return _property_getter(name)
    if field.many_to_many:
        return lambda row: [item.pk for item in getattr(row, name).all()]
    return ColumnGetter(field.attname, _writer_of(field))


@dataclass(frozen=True)
class ColumnGetter:
    """The value of a column; ``write`` makes of it what JSON knows, None: it is that already."""

    attname: str
    write: Callable[[Any], Any] | None

    def __call__(self, row: Any) -> Any:
        value = getattr(row, self.attname)
        return value if value is None or self.write is None else self.write(value)


def _writer_of(field: Any) -> Callable[[Any], Any] | None:
    """How a column's value is written; None when JSON knows it as it is (keys, texts, numbers)."""
    if field.is_relation:
        return None
    if isinstance(field, models.DecimalField):
        return _decimal_writer(field.decimal_places)
    if isinstance(field, models.DateTimeField):
        return iso_time
    if isinstance(field, models.DateField):
        return date.isoformat
    return None


def _property_getter(name: str) -> Getter:
    raw = attrgetter(name)

    def get(row: Any) -> Any:
        value = raw(row)
        return plain_value(value() if callable(value) else value)

    return get


def reader_of(getters: dict[str, Getter]) -> Callable[[Any], dict[str, Any]]:
    """One function for all of these: from an instance to {name: API value}, in their order."""
    empty = dict.fromkeys(getters)
    columns = {name: get for name, get in getters.items() if isinstance(get, ColumnGetter)}
    others = [(name, get) for name, get in getters.items() if name not in columns]
    written = [(name, get.write) for name, get in columns.items() if get.write is not None]
    attnames = [get.attname for get in columns.values()]
    taken, asked = _all_of(itemgetter, attnames), _all_of(attrgetter, attnames)

    def read(row: Any) -> dict[str, Any]:
        data = empty.copy()
        try:
            values = taken(row.__dict__)
        except (AttributeError, KeyError):  # a row of columns, or a column that wasn't read with the record
            values = asked(row)
        data.update(zip(columns, values, strict=True))
        for name, write in written:
            if (value := data[name]) is not None:
                data[name] = write(value)
        for name, get in others:
            data[name] = get(row)
        return data

    return read


def _all_of(getter: Any, names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """``attrgetter`` or ``itemgetter`` of these names, as a tuple also of less than two."""
    if len(names) > 1:
        return getter(*names)  # type: ignore[no-any-return]  # of two and more it gives a tuple
    each = [getter(name) for name in names]
    return lambda row: tuple(get(row) for get in each)


def contributed_text(item: Contribution) -> Callable[[Any], Any]:
    places = {"money": 2, "quantity": 6, "rate": 6}.get(item.kind)
    return decimal_text(places) if places is not None else plain_value


class Representer:
    """Turns instances of one model into dictionaries with the named fields and children."""

    def __init__(
        self,
        model: type[models.Model],
        fields: Iterable[str],
        children: Iterable[Child] = (),
        names: dict[str, str] | None = None,
    ) -> None:
        renamed = names or {}
        self.model = model
        self.names = renamed
        self.children = {child.name: child for child in children}
        self.field_names = [name for name in fields if name not in self.children]
        self.getters = {}
        for name in self.field_names:
            if name in renamed or not self._is_contributed(name):
                self.getters[name] = getter_of(model, renamed.get(name, name))
        self.contributed = [name for name in self.field_names if name not in self.getters]
        self.child_getters = {
            child.name: {
                name: getter_of(child.model, child.rename.get(name, name))
                for name in ("id", *child.fields, *child.read_fields)
            }
            for child in self.children.values()
        }
        self._read = reader_of(self.getters)
        self._read_child = {name: reader_of(getters) for name, getters in self.child_getters.items()}

    def _is_contributed(self, name: str) -> bool:
        if hasattr(self.model, name):
            return False
        try:
            self.model._meta.get_field(name)
        except Exception:
            return True
        return False

    def rows(
        self, instances: list[Any], user: Any, *, only: set[str] | None = None, with_children: bool = True
    ) -> list[dict[str, Any]]:
        """The dictionaries, in order; one query for each child table and contributed field."""
        read = self._read
        if only is not None:
            read = reader_of({name: get for name, get in self.getters.items() if name in only})
        result = [read(row) for row in instances]
        hide(self.model, result, self.names, user)
        self._add_contributed(instances, result, user, only)
        if with_children:
            self._add_children(instances, result, user, only)
        return result

    def plain_columns(self, names: Iterable[str]) -> list[str] | None:
        """The columns of the table that ``rows`` needs for these names; None when one is no column (a
        property, a contributed field, many keys, children): those need instances."""
        found = []
        for name in names:
            try:
                field = self.model._meta.get_field(self.names.get(name, name))
            except FieldDoesNotExist:
                return None
            if name not in self.getters or not getattr(field, "concrete", False) or field.many_to_many:
                return None
            found.append(field.attname)
        return sorted(set(found))

    def unsaved(self, instance: Any, children: dict[str, list[Any]], user: Any) -> dict[str, Any]:
        """A record that isn't kept (a preview), with these child rows; without contributed fields."""
        data = self._read(instance)
        hide(self.model, [data], self.names, user)
        for name, child in self.children.items():
            rows = [self._read_child[name](row) for row in children[name]]
            hide(child.model, rows, child.rename, user)
            for values, row in zip(rows, children[name], strict=True):
                values |= {told: getattr(row, told, "") for told in child.told}
            data[name] = rows
        return data

    def _add_contributed(
        self, instances: list[Any], result: list[dict[str, Any]], user: Any, only: Any
    ) -> None:
        available = contributions_to(self.model, user)
        names = [n for n in available if only is None or n in only]
        if not names:
            return
        keys = [row.pk for row in instances]
        values = resolve_contributions(self.model, keys, names, user)
        for name in names:
            convert, found = contributed_text(available[name]), values.get(name, {})
            empty = convert(EMPTY.get(available[name].kind))
            for key, data in zip(keys, result, strict=True):
                data[name] = convert(found[key]) if key in found else empty

    def _add_children(self, instances: list[Any], result: list[dict[str, Any]], user: Any, only: Any) -> None:
        for name, child in self.children.items():
            if only is not None and name not in only:
                continue
            read = self._read_child[name]
            by_parent: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in instances}
            key = child.model._meta.get_field(child.parent).attname
            for item in self._child_rows(child, instances):
                by_parent[getattr(item, key)].append(read(item))
            for row, data in zip(instances, result, strict=True):
                hide(child.model, by_parent[row.pk], child.rename, user)
                data[name] = by_parent[row.pk]

    @staticmethod
    def _child_rows(child: Child, instances: list[Any]) -> Iterable[Any]:
        """The rows below the instances: those that the service left on a single one, else one query."""
        if len(instances) == 1:
            kept = rows_kept(instances[0], child.name)
            if kept is not None:
                return kept
        return child.model._default_manager.filter(**{f"{child.parent}__in": instances})


def hide(model: type[models.Model], rows: list[dict[str, Any]], names: dict[str, str], user: Any) -> None:
    """Take guarded values out of represented rows, or leave their last characters (``core.guards``)."""
    if not guards_of(model) or not rows:
        return
    hidden = hidden_fields(model, user)
    for api_name in list(rows[0]) if hidden else ():
        tail = hidden.get(names.get(api_name, api_name), hidden.get(api_name))
        if tail is None:
            continue
        for row in rows:
            if tail:
                row[api_name] = masked(row[api_name], tail)
            else:
                row.pop(api_name, None)


def add_labels(representer: Representer, data: list[dict[str, Any]]) -> None:
    """Put ``party_label`` beside ``party``, in records and children: one query for each related model."""
    slots: dict[type[models.Model], list[tuple[dict[str, Any], str]]] = {}
    _key_slots(representer.model, representer.getters, {}, data, slots)
    for name, child in representer.children.items():
        rows = [row for record in data for row in record.get(name, ())]
        _key_slots(child.model, representer.child_getters[name], child.rename, rows, slots)
    for related, places in slots.items():
        ids = {row[name] for row, name in places}
        labels = {item.pk: str(item) for item in related._default_manager.filter(pk__in=ids)}
        for row, name in places:
            row[f"{name}_label"] = labels.get(row[name], "")


def _key_slots(
    model: type[models.Model],
    names: Iterable[str],
    rename: dict[str, str],
    rows: list[dict[str, Any]],
    slots: Any,
) -> None:
    for name in names:
        try:
            field = model._meta.get_field(rename.get(name, name))
        except FieldDoesNotExist:
            continue
        if field.is_relation and not field.many_to_many and field.related_model is not None:
            places = slots.setdefault(field.related_model, [])
            places.extend((row, name) for row in rows if row.get(name) is not None)
