"""Pushing messages to open pages. Group names start with the schema; sending waits for the commit."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from apps.core.tenant import current_schema

logger = logging.getLogger(__name__)


def user_group(schema: str, user_id: int) -> str:
    return f"{schema}.user.{user_id}"


def message(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """A typed message as the browser gets it."""
    return {"id": uuid.uuid4().hex, "type": kind, "at": timezone.now().isoformat(), "data": data}


def push_to_user(user_id: int, kind: str, data: dict[str, Any]) -> None:
    """Send to all pages of a user after commit; a dead layer never breaks the cause (polling catches up)."""
    group = user_group(current_schema(), user_id)
    body = message(kind, data)
    transaction.on_commit(lambda: _send(group, body))


def _send(group: str, body: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, {"type": "push", "message": body})
    except Exception:
        logger.warning("live push to %s failed", group, exc_info=True)
