"""What uses a record: every key that points to it, and comments, files and links beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.core.models.bases import LedgerEntry
from apps.core.registry import kind_name, parent_key
from apps.core.scope import kind_of
from apps.documents.models import Attachment, Comment, DocumentLink


@dataclass
class Uses:
    """``used``: {id: the kind of record that uses it}; ``kept``: ids of records with entries of their own
    in a book that is only added to (a product's price history), so that they can't vanish."""

    used: dict[int, str] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)


def kinds_using(model: type[models.Model], ids: Sequence[int]) -> Uses:
    """What uses these records, one query for each kind that could.

    Only kinds are named: the record that uses it may be one that the asking person doesn't see.
    """
    found = Uses()
    for relation in _relations(model) if ids else ():
        key = relation.field
        rows = relation.related_model._base_manager.filter(**{f"{key.name}__in": ids}).order_by()
        if relation.related_model is model:
            rows = rows.exclude(pk__in=ids)
        if issubclass(relation.related_model, LedgerEntry):
            own = Q(source_kind=kind_of(model), source_id=F(key.attname))
            found.kept.update(rows.filter(own).values_list(key.attname, flat=True).distinct())
            rows = rows.exclude(own)
        label = _label(relation.related_model)
        for pk in rows.values_list(key.attname, flat=True).distinct():
            found.used.setdefault(pk, label)
    if ids:
        found.used = _beside(model, ids) | found.used
    return found


def _relations(model: type[models.Model]) -> list[Any]:
    """Keys that point to the model, but for its own parts: rows below it, its extension by a higher app."""
    return [
        item
        for item in model._meta.get_fields(include_hidden=True)
        if item.auto_created
        and not item.concrete
        and (item.one_to_many or item.one_to_one)
        and not hasattr(item.related_model, "instance_type")  # history
        and item.related_model._meta.auto_created is not model  # its own lists of keys
        and not _is_part(item)
    ]


def _is_part(relation: Any) -> bool:
    goes_with_it = relation.on_delete is models.CASCADE
    return goes_with_it and (relation.one_to_one or kind_name(relation.related_model) in ("line", "link"))


def _label(model: type[models.Model]) -> str:
    """The kind as people know it: of a line, that of its document."""
    key = parent_key(model)
    shown = key.related_model if key is not None else model
    return str(shown._meta.verbose_name_plural)


def _beside(model: type[models.Model], ids: Sequence[int]) -> dict[int, str]:
    """What names its record by kind and id."""
    kind = kind_of(model)
    found: dict[int, str] = {}
    for rows, label in (
        (
            DocumentLink.objects.filter(source_kind=kind, source_id__in=ids).values_list("source_id"),
            _("links"),
        ),
        (
            DocumentLink.objects.filter(target_kind=kind, target_id__in=ids).values_list("target_id"),
            _("links"),
        ),
        (_on(Attachment, kind, ids), _("files")),
        (_on(Comment, kind, ids), _("comments")),
    ):
        found.update((pk, label) for (pk,) in rows.distinct())
    return found


def _on(model: Any, kind: str, ids: Sequence[int]) -> Any:
    rows = model.objects.filter(target_kind=kind, target_id__in=ids, removed_at=None)
    return rows.order_by().values_list("target_id")
