"""New masters of a chunk at once: the checks of the API, keys resolved and doubles looked up once for all,
one COPY for records, history and rows below.

Only what can be proved right in bulk is written in bulk. A row with anything else (an error, a double, a
record that is there already, contributed fields) is given back and goes the way of a single record, which
says exactly what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from rest_framework import serializers

from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.api.serializers import StrictSerializer, resolve_keys_many
from apps.core.contribute import contributions_to
from apps.core.copying import rows_insert
from apps.core.errors import BahiError
from apps.core.events import emit_many
from apps.core.guards import fixed_fields, hidden_fields
from apps.core.models.bases import Searchable
from apps.core.models.history import history_write
from apps.core.records import Child, RecordSaved, rows_build, rows_errors
from apps.core.scope import kind_of, responsible_fill

_OWN = ("read_input", "create_one", "save_record", "_saved")


@dataclass
class Row:
    """``payload`` as the API takes it; ``values`` once they are read, ``record`` once it is made, with the
    rows below it as they are sent (``below``) and as they are made (``parts``)."""

    number: int
    payload: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    below: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    parts: dict[str, list[Any]] = field(default_factory=dict)
    written: bool = False


def can_batch(view_class: type[ResourceViewSet]) -> bool:
    """Whether records of this resource are written as every master is, with nothing of its own in between."""
    model = view_class.model
    if not issubclass(view_class, MasterViewSet) or not issubclass(model, Searchable):
        return False
    saving = next(k for k in model.__mro__ if "save" in vars(k))
    if saving is not Searchable and "after_many" not in vars(saving):
        return False
    own = [name for name in _OWN if getattr(view_class, name) is not getattr(MasterViewSet, name)]
    return not own or (own == ["save_record"] and bool(view_class.saved_alone))


def batch_create(view: Any, rows: Sequence[Row]) -> None:
    """Create what can be created at once in the open transaction, and mark those rows as written."""
    good = _read(view, rows)
    for row in good:
        _make(view, row)
    view.model.before_many([row.record for row in good])
    good = [row for row in good if _checked(view, row)]
    good = _without_doubles(view.model, good)
    _insert(view, good)


# --- reading ----------------------------------------------------------------------------------------


def _read(view: Any, rows: Sequence[Row]) -> list[Row]:
    """Rows whose values are valid, with keys resolved to records in scope."""
    names = {name for row in rows for name in row.payload}
    serializer = _narrow_serializer(view, names)
    left_out = {*_guarded(view, rows), *contributions_to(view.model)}
    left_out |= {item.name for item in view.model._meta.many_to_many}
    left_out |= {child.name for child in view.children if hasattr(child.model, "history")}
    left_out |= set(view.saved_alone)
    valid = []
    for row in rows:
        if left_out & row.payload.keys():
            continue
        try:
            row.values = dict(serializer.run_validation(row.payload))
        except serializers.ValidationError:
            continue
        valid.append(row)
    bad = resolve_keys_many(serializer, [row.values for row in valid], view.request.user)
    return [row for index, row in enumerate(valid) if index not in bad]


def _narrow_serializer(view: Any, names: set[str]) -> StrictSerializer:
    """The resource's serializer with the fields that the file has and those that must be there: asking thirty
    fields of each row that aren't in the file costs more than reading it."""
    serializer = view.input_serializer()()
    for name, item in list(serializer.fields.items()):
        if name not in names and not item.required:
            del serializer.fields[name]
    return serializer


def _guarded(view: Any, rows: Sequence[Row]) -> set[str]:
    """Names of the payload that need a look at each row: the user may not write what they hold."""
    user, renamed = view.request.user, {field: name for name, field in view.rename.items()}
    closed = {*hidden_fields(view.model, user), *fixed_fields(view.model, user)}
    found = {renamed.get(name, name) for name in closed}
    for child in view.children:
        if hidden_fields(child.model, user) or fixed_fields(child.model, user):
            found.add(child.name)
    return found


# --- building and checking ----------------------------------------------------------------------------


def _make(view: Any, row: Row) -> None:
    row.below = {c.name: row.values.pop(c.name) for c in view.children if c.name in row.values}
    row.values = {view.rename.get(name, name): value for name, value in row.values.items()}
    row.record = view.model()
    for name, value in row.values.items():
        setattr(row.record, name, value)
    responsible_fill(row.record, view.request.user)


def _checked(view: Any, row: Row) -> bool:
    """Ask the record and the rows below it their own rules."""
    record = row.record
    try:
        view.check_values(record, row.values)
        _clean(record, {*row.values})
        record.clean()
        row.parts = {
            child.name: _parts(record, child, row.below[child.name])
            for child in view.children if child.name in row.below
        }  # fmt: skip
    except (BahiError, ValidationError):
        return False
    record.fill_in()
    return True


def _parts(record: Any, child: Child, rows: list[dict[str, Any]]) -> list[Any]:
    """The rows below a record, checked. Raises InvalidInput."""
    built = rows_build(record, child, rows)
    for part in built:
        setattr(part, child.parent, record)
    if rows_errors(child, built):
        raise ValidationError("")
    for part in built:
        if isinstance(part, Searchable):
            part.fill_in()
    return built


def _clean(record: Any, given: set[str]) -> None:
    """``clean_fields`` of what is given and of what a new record can't be without; keys were looked up."""
    wanted = given | _lacking(type(record))
    skipped = [f.name for f in record._meta.concrete_fields if f.is_relation or f.name not in wanted]
    record.clean_fields(exclude=skipped)


def _lacking(model: type[models.Model]) -> set[str]:
    """Fields whose default a new record may not keep: they must be filled in."""
    if model not in _lacking_of:
        try:
            model().clean_fields(exclude=[f.name for f in model._meta.concrete_fields if f.is_relation])
        except ValidationError as error:
            _lacking_of[model] = set(error.error_dict)
        else:
            _lacking_of[model] = set()
    return _lacking_of[model]


_lacking_of: dict[type[models.Model], set[str]] = {}


def _without_doubles(model: type[models.Model], rows: list[Row]) -> list[Row]:
    """Rows whose unique values neither come twice in the chunk nor stand in the table: one query for each
    rule. What a condition of the rule would still allow goes the single way."""
    for names in _unique_names(model):
        keys = [tuple(getattr(row.record, name) for name in names) for row in rows]
        counted = Counter(key for key in keys if not _blank(key))
        taken = _taken(model, names, [*counted])
        rows = [r for r, key in zip(rows, keys, strict=True) if key not in taken and counted[key] < 2]
    return rows


def _blank(key: tuple[Any, ...]) -> bool:
    return any(part in (None, "") for part in key)


def _unique_names(model: type[models.Model]) -> list[tuple[str, ...]]:
    """Columns that are unique, alone or together. Rules by expressions are the database's (``_insert``)."""
    alone = [(f.attname,) for f in model._meta.concrete_fields if f.unique and not f.primary_key]
    rules = [r for r in model._meta.constraints if isinstance(r, models.UniqueConstraint) and r.fields]
    return alone + [tuple(model._meta.get_field(name).attname for name in rule.fields) for rule in rules]


def _taken(
    model: type[models.Model], names: tuple[str, ...], keys: list[tuple[Any, ...]]
) -> set[tuple[Any, ...]]:
    if not keys:
        return set()
    parts = {f"{name}__in": set(column) for name, column in zip(names, zip(*keys, strict=True), strict=True)}
    rows = model._base_manager.filter(**parts)
    return set(rows.values_list(*names)) & set(keys)


# --- writing ------------------------------------------------------------------------------------------


def _insert(view: Any, rows: list[Row]) -> None:
    """Write the rows, halving them where the database refuses some: a rule that only it can check."""
    if not rows:
        return
    try:
        with transaction.atomic():
            _write(view, rows)
    except (IntegrityError, DataError, BahiError):
        for row in rows:
            row.record.pk, row.record._state.adding = None, True
        half = len(rows) // 2
        if half:
            _insert(view, rows[:half])
            _insert(view, rows[half:])
        return
    for row in rows:
        row.written = True


def _write(view: Any, rows: list[Row]) -> None:
    records = [row.record for row in rows]
    rows_insert(records)
    history_write(records)
    for child in view.children:
        parts = [part for row in rows for part in row.parts.get(child.name, ())]
        for row in rows:
            for part in row.parts.get(child.name, ()):
                part.pk = None
                setattr(part, child.parent, row.record)
        rows_insert(parts)
    view.model.after_many(records)
    kind = kind_of(view.model)
    emit_many([RecordSaved(kind=kind, record_id=record.pk, created=True) for record in records])
