"""Doubles in words: which other record has a value that only one may have, and whether it lies in the bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.errors import FieldError


@dataclass(frozen=True)
class Twin:
    """Another record that has a value which only one may have. ``message`` is what the rule says of it,
    ``said`` only if that is a sentence of ours: the library's own names a constraint."""

    fields: tuple[str, ...]
    message: str
    said: str
    record: models.Model

    @property
    def in_bin(self) -> bool:
        return getattr(self.record, "deleted_at", None) is not None


def taken_by(instance: models.Model) -> list[Twin]:
    """The records because of which ``instance`` is a double, by its unique fields and constraints."""
    model, found = type(instance), list[Twin]()
    rules: list[tuple[tuple[str, ...], Q | None, str, bool]] = [
        ((f.name,), None, "", False) for f in model._meta.concrete_fields if f.unique and not f.primary_key
    ]
    rules += [
        (
            tuple(rule.fields),
            rule.condition,
            str(rule.get_violation_error_message()),
            rule.violation_error_message != rule.default_violation_error_message,
        )
        for rule in model._meta.constraints
        if isinstance(rule, models.UniqueConstraint) and rule.fields
    ]
    for fields, condition, message, own in rules:
        values = {name: getattr(instance, model._meta.get_field(name).attname, None) for name in fields}
        if any(value in (None, "") for value in values.values()):
            continue
        rows = model._base_manager.filter(condition or Q(), **values).exclude(pk=instance.pk)
        if (other := rows.first()) is not None:
            found.append(Twin(fields, message, message if own else "", other))
    return found


def plain_duplicates(
    instance: models.Model, errors: list[FieldError], twins: list[Twin], prefix: str, by: Any
) -> list[FieldError]:
    """The errors, with those of doubles in words: the field's name instead of a rule's, and where the other
    record is in the bin, that it can be taken out of there."""
    result = list(errors)
    for twin in twins:
        path = f"{prefix}{twin.fields[0]}"
        names = {path, prefix.rstrip(".")}
        same = [e for e in result if e.detail == twin.message or (e.field in names and e.code == "unique")]
        if not same:
            continue
        error = FieldError(path, double_text(instance, twin, by), "unique")
        at = result.index(same[0])
        result = [e for e in result if e not in same]
        result.insert(at, error)
    return result


def double_text(instance: models.Model, twin: Twin, by: Any) -> str:
    """A rule's own sentence goes before the general one."""
    labels = ", ".join(str(instance._meta.get_field(name).verbose_name) for name in twin.fields)
    values = {"what": capfirst(instance._meta.verbose_name), "field": labels, "name": twin.record}
    if not twin.in_bin:
        return twin.said or _("%(what)s with this %(field)s already exists.") % values
    if not in_reach(twin.record, by):
        return twin.said or _("%(what)s with this %(field)s lies in the bin.") % values
    if twin.said:
        return twin.said + " " + _("“%(name)s” is in the bin; restore it instead.") % values
    return _("%(what)s “%(name)s” with this %(field)s is in the bin. Restore it instead.") % values


def in_reach(record: models.Model, by: Any) -> bool:
    """Whether this person may see the record in the bin and take it out."""
    if by is None:
        return True
    return type(record)._default_manager.for_user(by, "delete").filter(pk=record.pk).exists()  # type: ignore[attr-defined]  # masters have the scoped manager


def bin_hint(twins: list[Twin], by: Any) -> dict[str, Any]:
    """``data`` of the refusal: the records in the bin that could be restored instead."""
    rows = [twin.record for twin in twins if twin.in_bin and in_reach(twin.record, by)]
    return {"in_bin": [{"id": row.pk, "label": str(row)} for row in rows]} if rows else {}
