"""Where the platform's own audit goes: the access log in ``public``.

``core.platform_log`` is the door that everybody uses; this is the one place that knows the table.
"""

from __future__ import annotations

from typing import Any

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog
from apps.accounts.services.access_log import access_log_write
from apps.core.actor import current_actor
from apps.core.tenant import public_context


def entry_write(action: str, *, organisation: Any, detail: dict[str, Any]) -> None:
    """One append-only entry in ``public``, in the caller's transaction."""
    actor = current_actor()
    with public_context():
        AccessLog.objects.create(
            event=AccessEvent.PLATFORM,
            user_id=actor.user_id if actor.kind == "operator" or _is_platform_user(actor) else None,
            label=actor.label[:200],
            address=actor.address,
            detail={"action": action, "organisation": getattr(organisation, "slug", ""), **detail},
        )


def _is_platform_user(actor: Any) -> bool:
    return bool(getattr(actor.user, "is_superuser", False))


def organisation_entry(*, request: Any, label: str, action: str, **detail: Any) -> None:
    """One entry in the log of the organisation in use: the operator did this on its behalf."""
    access_log_write(AccessEvent.OPERATOR, request=request, label=label, detail={"action": action, **detail})
