"""The access log: who signed in, who was refused, whose rights changed. Rows are only ever added."""

from __future__ import annotations

from typing import Any

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog, User
from apps.core.actor import current_actor
from apps.core.address import client_address


def access_log_write(
    event: AccessEvent,
    *,
    request: Any = None,
    user: User | None = None,
    label: str = "",
    detail: dict[str, Any] | None = None,
) -> AccessLog:
    """Add one entry. Without ``user`` the current actor did it; ``label`` overrides his name."""
    actor = current_actor()
    who = user or (actor.user if isinstance(getattr(actor.user, "pk", None), int) else None)
    return AccessLog.objects.create(
        event=event,
        user_id=who.pk if who else None,
        label=(label or (f"{who.name} <{who.email}>" if who else actor.label))[:200],
        address=client_address(request) if request is not None else actor.address,
        agent=request.META.get("HTTP_USER_AGENT", "")[:300] if request is not None else "",
        path=request.path[:300] if request is not None else "",
        detail=detail or {},
    )
