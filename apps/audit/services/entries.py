"""Entries that no trigger can write: a call that wrote over the API, whatever it changed."""

from __future__ import annotations

from typing import Any

from apps.audit.choices import AuditEvent
from apps.audit.models import AuditEntry
from apps.core.actor import current_actor
from apps.core.database.adding import rows_add
from apps.core.rows import row_make


def api_write_record(request: Any, status: int) -> None:
    """Note a writing API call by token or key, in its own transaction: an undone call leaves no entry."""
    actor = current_actor()
    if actor.kind != "api":
        return
    entry = row_make(
        AuditEntry,
        event=AuditEvent.API_WRITE,
        actor_kind=actor.kind,
        user_id=actor.user_id,
        label=actor.label[:200],
        address=actor.address,
        agent=request.META.get("HTTP_USER_AGENT", "")[:300],
        path=request.path[:300],
        request_id=actor.request_id,
        detail={"method": request.method, "status": status},
    )
    rows_add([entry])
