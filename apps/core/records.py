"""Generic writes of masters and of the rows below a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.copying import rows_insert
from apps.core.errors import ErrorList, FieldError, InvalidInput, Refused, VersionConflict
from apps.core.events import Event, emit
from apps.core.locks import lock_row
from apps.core.models.bases import Searchable
from apps.core.plain_values import left_to_ask
from apps.core.rows import row_make
from apps.core.scope import grants_end, kind_of, responsible_fill
from apps.core.uses import unused_or_refuse
from apps.core.validation import clean_instance, field_errors


@dataclass(frozen=True)
class RecordSaved(Event):
    """A master or document was created or changed (search and webhooks listen)."""

    name = "record.saved"
    kind: str
    record_id: int
    created: bool


@dataclass(frozen=True)
class Child:
    """Rows below a record: name in API and form, model, key to the parent, fields that may be written."""

    name: str
    model: type[models.Model]
    parent: str
    fields: tuple[str, ...]
    read_fields: tuple[str, ...] = ()
    rename: dict[str, str] = field(default_factory=dict)  # API name → model field
    required: bool = False
    limit: int = 1000
    told: tuple[str, ...] = ()  # what previews tell of a row besides; nothing of it is kept


def values_set(instance: models.Model, values: dict[str, Any]) -> None:
    """Set attributes by their model names; nothing is checked or saved."""
    for name, value in values.items():
        setattr(instance, name, value)


def record_save(
    instance: models.Model,
    *,
    values: dict[str, Any],
    children: dict[str, list[dict[str, Any]]] | None = None,
    specs: dict[str, Child] | None = None,
    version: int | None = None,
    by: Any = None,
) -> models.Model:
    """Create or change a master with the rows below it. Raises InvalidInput and VersionConflict."""
    new = instance.pk is None
    if not new:
        instance = lock_row(type(instance), instance.pk)
        _version_check(instance, version)
    values_set(instance, values)
    if new:
        responsible_fill(instance, by)
    clean_instance(instance, exclude=["search_text"], by=by)
    if not new and hasattr(instance, "version"):
        instance.version += 1
    with transaction.atomic():
        instance.save()
        if children:
            children_write(instance, children, specs or {}, save=True)
        whole_check(instance)
        emit(RecordSaved(kind=kind_of(instance), record_id=instance.pk, created=new))
    return instance


def whole_check(instance: models.Model) -> None:
    """What a record says together with the rows below it, after both were written: ``clean_whole`` of its
    model, if it has one. Raises InvalidInput."""
    try:
        getattr(instance, "clean_whole", lambda: None)()
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from error


def _version_check(instance: models.Model, version: int | None) -> None:
    current = getattr(instance, "version", None)
    if current is None:
        return
    if version is None:
        raise VersionConflict(
            _("Please send the version that you changed."), code="version_required", field="version"
        )
    if version != current:
        raise VersionConflict(_("Somebody changed this record meanwhile."), field="version")


def children_write(
    parent: models.Model,
    data: dict[str, list[dict[str, Any]]],
    specs: dict[str, Child],
    *,
    save: bool,
    prepared: dict[str, list[Any]] | None = None,
    fresh: bool = False,
) -> dict[str, list[Any]]:
    """Build (and with ``save`` write) the rows below a record; rows that aren't named any more are deleted.

    A row keeps its ``id`` over updates; a foreign id is refused by its path. A child that isn't in ``data``
    stays as it is (its current rows are returned). ``fresh``: the parent was just created, nothing to delete.
    """
    result: dict[str, list[Any]] = {}
    for name, spec in specs.items():
        rows = prepared[name] if prepared is not None else rows_build(parent, spec, data.get(name))
        if save and name in data:
            _store(parent, spec, rows, remove=not fresh)
        elif save and prepared is not None and parent.pk:
            _store(parent, spec, rows, remove=False)
        result[name] = rows
    return result


def rows_keep(parent: models.Model, rows: dict[str, list[Any]]) -> None:
    """Leave on an instance the rows below it as they are in the database now: {child name: rows in order}.

    For a service that has just written or read them, so that the answer needn't read them again. Who changes
    rows after that must call it again (with an empty dictionary: read anew).
    """
    parent.__dict__["_kept_rows"] = rows


def rows_kept(parent: models.Model, name: str) -> list[Any] | None:
    """What ``rows_keep`` left; None when the rows must be read."""
    return parent.__dict__.get("_kept_rows", {}).get(name)


def kept_id(row: models.Model) -> int | None:
    """The id of a record or row; of a new one that is only previewed, that of the kept one it stands for."""
    return row.pk or row.__dict__.get("_kept_id")


def previews_of(row: models.Model, pk: int | None) -> None:
    """A new instance stands for the kept one in a preview (see ``kept_id``)."""
    row.__dict__["_kept_id"] = pk


def _existing(parent: models.Model, spec: Child) -> dict[int, Any]:
    if parent.pk is None:
        return {}
    return {row.pk: row for row in spec.model._default_manager.filter(**{spec.parent: parent})}


def rows_build(parent: models.Model, spec: Child, rows: list[dict[str, Any]] | None) -> list[Any]:
    """The rows below a record as instances, not written; a foreign id is refused by its path."""
    existing = _existing(parent, spec)
    if rows is None:
        return list(existing.values())
    errors, seen = ErrorList(), set()
    built = []
    for index, given in enumerate(rows):
        values = dict(given)
        row_id = values.pop("id", None)
        if row_id is not None and row_id not in existing:
            errors.add(f"{spec.name}.{index}.id", _("This line does not belong here."), "not_found")
            continue
        if row_id in seen:
            errors.add(f"{spec.name}.{index}.id", _("This line stands here twice."), "duplicate")
            continue
        if row_id is not None:
            seen.add(row_id)
        named = {spec.rename.get(api_name, api_name): value for api_name, value in values.items()}
        if row_id is None:
            row = row_make(spec.model, **{spec.parent: parent}, **named)
        else:
            row = existing[row_id]
            values_set(row, named)
        if hasattr(row, "position"):
            row.position = index + 1
        built.append(row)
    errors.raise_if_any()
    return built


def _store(parent: models.Model, spec: Child, rows: list[Any], *, remove: bool = True) -> None:
    """Write the rows: one INSERT for the new ones, one UPDATE for the kept ones."""
    key = spec.model._meta.get_field(spec.parent)
    for row in rows:
        key.set_cached_value(row, parent)
        setattr(row, key.attname, parent.pk)
    errors = rows_errors(spec, rows)
    if errors:
        raise InvalidInput(errors)
    manager = spec.model._default_manager
    if remove:
        kept = [row.pk for row in rows if row.pk]
        manager.filter(**{spec.parent: parent}).exclude(pk__in=kept).delete()
    new = [row for row in rows if not row.pk]
    changed = [row for row in rows if row.pk]
    if getattr(spec.model, "history", None) is not None:
        for row in (*_givers_first(spec, changed), *new):
            row.save()
        return
    for row in rows:
        if isinstance(row, Searchable):
            row.fill_in()
    if new:
        rows_insert(new)
    rows_update(changed)


def rows_update(rows: list[Any]) -> None:
    """Write kept rows below a record again: one UPDATE."""
    if rows:
        model = type(rows[0])
        names = [f.name for f in model._meta.concrete_fields if not f.primary_key]
        model._default_manager.bulk_update(rows, names)


def _givers_first(spec: Child, rows: list[Any]) -> list[Any]:
    """Who gives a place up ("paid to this one") goes before who takes it."""
    rules = [rule for rule in _once_rules(spec) if rule.condition is not None]
    if not rules or len(rows) < 2:
        return rows
    return sorted(rows, key=lambda row: any(_holds(rule, row) for rule in rules))


def rows_errors(spec: Child, rows: list[Any]) -> list[FieldError]:
    """What is wrong with the rows below a record, by path; keys were looked up by the surface."""
    errors: list[FieldError] = []
    needed = _needed(spec)
    for index, row in enumerate(rows):
        missing = [name for name, column in needed if getattr(row, column) is None]
        if missing:  # a change of a record may leave out what stays in a row, a new row may not
            text = _("This field is required.")
            errors += [FieldError(f"{spec.name}.{index}.{name}", text, "required") for name in missing]
            continue
        try:
            row.clean_fields(exclude=left_to_ask(row, (spec.parent, *_keys(spec.model))))
            row.clean()
        except ValidationError as error:
            errors.extend(field_errors(error, f"{spec.name}.{index}."))
    return errors + _repeated(spec, rows)


def _needed(spec: Child) -> list[tuple[str, str]]:
    """(name, column) of the keys that a row can't be without."""
    names = {spec.rename.get(name, name): name for name in spec.fields}
    columns = spec.model._meta.concrete_fields
    return [(names[f.name], f.attname) for f in columns if f.name in names and f.is_relation and not f.null]


def _repeated(spec: Child, rows: list[Any]) -> list[FieldError]:
    """Rows that say again what must be there once below a parent, by the path of the second one."""
    found = []
    for rule in _once_rules(spec):
        names = [name for name in rule.fields if name != spec.parent]
        groups: dict[tuple[Any, ...], list[int]] = {}
        for index, row in enumerate(rows):
            key = tuple(getattr(row, spec.model._meta.get_field(name).attname) for name in names)
            groups.setdefault(key, []).append(index)
        alike = [group for key, group in groups.items() if len(group) > 1 and None not in key]
        again = [index for group in alike for index in [i for i in group if _holds(rule, rows[i])][1:]]
        for index in sorted(again):
            path = f"{spec.name}.{index}.{_said_by(rule, names)}"
            found.append(FieldError(path, str(rule.get_violation_error_message()), "duplicate"))
    return found


def _once_rules(spec: Child) -> list[models.UniqueConstraint]:
    """What must be there once below a parent."""
    rules = spec.model._meta.constraints
    return [r for r in rules if isinstance(r, models.UniqueConstraint) and spec.parent in r.fields]


def _holds(rule: models.UniqueConstraint, row: Any) -> bool:
    """Whether a rule speaks of this row: "one main account" says nothing of the others."""
    condition = rule.condition
    if condition is None:
        return True
    plain = condition.connector == condition.AND and not condition.negated
    if plain and all(isinstance(part, tuple) and "__" not in part[0] for part in condition.children):
        return all(getattr(row, name) == value for name, value in condition.children)  # asks no database
    names = condition.referenced_base_fields
    return bool(condition.check({name: getattr(row, name) for name in names}))


def _said_by(rule: models.UniqueConstraint, names: list[str]) -> str:
    """The field that a refusal names: one of the rule's own, else the one that its condition asks of."""
    return names[0] if names else min(rule.condition.referenced_base_fields)


def _keys(model: type[models.Model]) -> list[str]:
    """Foreign keys: checked in bulk by the surface, so not one by one here."""
    return [f.name for f in model._meta.concrete_fields if f.is_relation]


def record_delete(instance: models.Model, *, by: Any = None) -> None:
    """Put a master in the bin: gone from choices, kept on documents, restorable.

    Raises InUse (``in_use``) when something that still runs needs it (``core.uses``).
    """
    row = lock_row(type(instance), instance.pk)
    unused_or_refuse(row)
    row.deleted_at = timezone.now()
    row.active = False
    _store_bin(row)
    grants_end(row)


def record_restore(instance: models.Model, *, by: Any = None) -> models.Model:
    """Take a master out of the bin, switched on again unless its model says otherwise.

    Raises Refused (``invalid_transition``) when it isn't there or when what it needs lies in the bin itself,
    InvalidInput when another record has taken its place meanwhile.
    """
    row = lock_row(type(instance), instance.pk)
    if row.deleted_at is None:
        raise Refused(_("“%(name)s” is not in the bin.") % {"name": row}, code="invalid_transition")
    for key in row._meta.concrete_fields:
        needed = getattr(row, key.name) if key.is_relation else None
        if getattr(needed, "deleted_at", None) is not None:
            detail = _("%(field)s “%(name)s” is in the bin. Restore it first.")
            values = {"field": capfirst(key.verbose_name), "name": needed}
            raise Refused(detail % values, code="invalid_transition", field=key.name)
    row.deleted_at = None
    row.active = getattr(row, "active_when_restored", True)
    try:
        row.validate_constraints()
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from error
    _store_bin(row)
    return row


def _store_bin(row: Any) -> None:
    if hasattr(row, "version"):
        row.version += 1
    row.save()
    emit(RecordSaved(kind=kind_of(row), record_id=row.pk, created=False))
