"""The timeline of a record: written in the transaction of its cause."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.core.actor import current_actor
from apps.core.database.adding import rows_add
from apps.core.rows import row_make
from apps.core.scope import kind_of
from apps.documents.models.collaboration import TimelineEntry


def timeline_add(
    record: models.Model, verb: str, *, text: str = "", data: dict[str, Any] | None = None
) -> None:
    """Add an entry by the current actor."""
    actor = current_actor()
    entry = row_make(
        TimelineEntry,
        target_kind=kind_of(record),
        target_id=record.pk,
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
        verb=verb,
        text=text,
        data=data or {},
    )
    rows_add([entry])
