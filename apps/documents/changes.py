"""History rows as changes that people read: which field, old value, new value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from apps.core.formats import show_date, show_moment
from apps.core.guards import hidden_fields
from apps.documents.lifecycle import lifecycles

if TYPE_CHECKING:
    from apps.documents.stream import Entry

HIDDEN = frozenset({"id", "version", "created_at", "updated_at", "search_text", "password", "last_login"})
MAX_VALUE = 300
VERBS = {"+": "created", "~": "changed", "-": "deleted"}


@dataclass(frozen=True)
class Change:
    field: str
    label: str
    old: str | None
    new: str | None

    def as_dict(self) -> dict[str, Any]:
        return {"field": self.field, "label": self.label, "old": self.old, "new": self.new}


def history_changes(record: models.Model, user: Any, *, before: datetime | None, limit: int) -> list[Entry]:
    """The record's history as entries with changed fields, newest first; nothing for unhistoried models.

    Fields that a model guards (``core.guards``) are shown with their permission only.
    """
    from apps.documents.stream import Entry

    manager = getattr(record, "history", None)
    if manager is None or not hasattr(manager, "model"):
        return []
    rows = manager.order_by("-history_date", "-history_id")
    if before is not None:
        rows = rows.filter(history_date__lt=before)
    found = list(rows[: limit + 1])
    fields = _shown_fields(type(record), user)
    raw = [_differences(newer, older, fields) for newer, older in zip(found, [*found[1:], None], strict=True)]
    texts = _Texts(type(record), raw)
    return [
        Entry(
            f"h{row.history_id}",
            row.history_date,
            VERBS.get(row.history_type, "changed"),
            actor_id=row.history_user_id,
            actor_label=row.actor_label or _("System"),
            changes=[] if row.history_type == "+" else texts.changes(changed),
        )
        for row, changed in list(zip(found, raw, strict=True))[:limit]
    ]


def _shown_fields(model: type[models.Model], user: Any) -> list[Any]:
    hidden = hidden_fields(model, user)
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in HIDDEN and field.name not in hidden
    ]


Raw = list[tuple[Any, Any, Any]]


def _differences(newer: Any, older: Any, fields: list[Any]) -> Raw:
    """(field, old, new) of the columns that differ; none for the first row."""
    if older is None:
        return []
    found = []
    for item in fields:
        if not hasattr(newer, item.attname):
            continue
        old, new = getattr(older, item.attname), getattr(newer, item.attname)
        if old != new:
            found.append((item, old, new))
    return found


def hidden_columns(model: type[models.Model], user: Any) -> frozenset[str]:
    """Columns whose values this user may not read."""
    hidden = hidden_fields(model, user)
    return frozenset(item.column for item in model._meta.concrete_fields if item.name in hidden)


def column_labels(model: type[models.Model], user: Any, columns: dict[str, Any]) -> list[str]:
    """Names of those columns that this user may see."""
    return [_label(item) for item in _shown_fields(model, user) if item.column in columns]


def changes_of_columns(model: type[models.Model], user: Any, columns: dict[str, Any]) -> list[Change]:
    """{column: [before, after]} as JSON values (the audit trail keeps them so) → changes to read."""
    raw: Raw = []
    for item in _shown_fields(model, user):
        if item.column in columns:
            old, new = columns[item.column]
            raw.append((item, _python(item, old), _python(item, new)))
    return _Texts(model, [raw]).changes(raw)


def _python(item: Any, value: Any) -> Any:
    """A JSON value as the field's own type; as it stands where an older version kept another type."""
    if value is None or isinstance(item, models.JSONField):
        return value
    target = item.target_field if item.is_relation else item
    try:
        return target.to_python(value)
    except (ValidationError, TypeError, ValueError):
        return value


class _Texts:
    """Values as people read them; the names behind keys are fetched with one query for each model."""

    def __init__(self, model: type[models.Model], raw: list[Raw]) -> None:
        ids: dict[Any, set[Any]] = {}
        for changed in raw:
            for item, old, new in changed:
                if item.is_relation and item.related_model is not None:
                    ids.setdefault(item.related_model, set()).update({old, new} - {None})
        table = lifecycles().get(model)  # type: ignore[call-overload]  # the class is a document's here
        self.states = {state.value: str(state.label) for state in table.states} if table else {}
        self.names = {
            related: {row.pk: str(row) for row in related._base_manager.filter(pk__in=keys)}
            for related, keys in ids.items()
        }

    def changes(self, raw: Raw) -> list[Change]:
        result = []
        for item, old, new in raw:
            if (
                isinstance(item, models.JSONField)
                and isinstance(old or {}, dict)
                and isinstance(new or {}, dict)
            ):
                result.extend(self._json(item, old or {}, new or {}))
                continue
            result.append(Change(item.name, _label(item), self.text(item, old), self.text(item, new)))
        return [change for change in result if change.old != change.new]

    def _json(self, item: Any, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return [
            Change(f"{item.name}.{key}", f"{_label(item)}: {key}", _plain(old.get(key)), _plain(new.get(key)))
            for key in keys
        ]

    def text(self, item: Any, value: Any) -> str | None:
        if value is None or value == "":
            return None
        if item.is_relation:
            return self.names.get(item.related_model, {}).get(value, f"#{value}")
        if item.name == "status" and value in self.states:
            return self.states[value]
        if item.choices:
            return str(dict(item.flatchoices).get(value, value))
        return _plain(value)


def _label(item: Any) -> str:
    text = str(item.verbose_name)
    return text[:1].upper() + text[1:]


def _plain(value: Any) -> str | None:
    """Short text of a plain value."""
    if value is None or value in ("", []):
        return None
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)[:MAX_VALUE]


_WRITERS: list[tuple[Any, Any]] = [
    (bool, lambda value: _("Yes") if value else _("No")),
    (Decimal, lambda value: format(value, "f")),
    (datetime, show_moment),
    (date, show_date),
    ((list, tuple), lambda value: ", ".join(str(part) for part in value)[:MAX_VALUE]),
]
