"""Documents named by kind and id, as lists of the stock show them."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from apps.core.admin.urls import admin_url
from apps.core.registry import kind_name


def holders_named(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, str]]:
    """{(kind, id): (address, "Order SO/26-27/0007")}; of a line its document. One query for each kind."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in pairs:
        by_kind.setdefault(kind, set()).add(pk)
    found = {}
    for kind, ids in by_kind.items():
        try:
            model = apps.get_model(kind)
        except (LookupError, ValueError):
            continue
        parent = _parent(model)
        rows = model._default_manager.filter(pk__in=ids)
        for row in rows.select_related(parent) if parent else rows:
            record = getattr(row, parent) if parent else row
            title = str(record._meta.verbose_name)
            found[(kind, row.pk)] = (admin_url(record), f"{title[:1].upper()}{title[1:]} {record}")
    return found


def _parent(model: type[models.Model]) -> str:
    """The key of a line to its document; empty for a document itself."""
    if kind_name(model) != "line":
        return ""
    keys = [
        f.name
        for f in model._meta.concrete_fields
        if f.is_relation and kind_name(f.related_model) == "document"
    ]
    return keys[0] if keys else ""
