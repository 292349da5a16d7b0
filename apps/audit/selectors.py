"""Audit entries as people read them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from apps.accounts.choices import AccessEvent
from apps.audit.choices import AuditEvent
from apps.audit.models import AuditEntry
from apps.documents.changes import Change, changes_of_columns, column_labels, hidden_columns


@cache
def event_labels() -> dict[str, Any]:
    """Event → its text: those of the access log and the audit's own."""
    return {**dict(AccessEvent.choices), **dict(AuditEvent.choices)}


def model_of(entry: AuditEntry) -> type[models.Model] | None:
    """The model of the entry's record; None for sign-ins and for kinds that no longer exist."""
    if not entry.record_kind:
        return None
    try:
        return apps.get_model(entry.record_kind)
    except (LookupError, ValueError):
        return None


def entry_changes(entry: AuditEntry, user: Any) -> list[Change]:
    """Before and after of each column that this user may see, with names instead of keys."""
    model = model_of(entry)
    return changes_of_columns(model, user, entry.changes) if model is not None else []


def changed_labels(entry: AuditEntry, user: Any) -> str:
    """Which fields changed, in words; a creation just says so."""
    model = model_of(entry)
    if model is None or entry.event == AuditEvent.CREATED:
        return ""
    return ", ".join(column_labels(model, user, entry.changes))


def visible_columns(record_kind: str, changes: dict[str, Any], user: Any) -> dict[str, Any]:
    """``changes`` without the columns that this user may not see."""
    try:
        hidden = hidden_columns(apps.get_model(record_kind), user) if record_kind else frozenset()
    except (LookupError, ValueError):
        return {}
    return {column: pair for column, pair in changes.items() if column not in hidden} if hidden else changes
