"""Pushing messages to open pages. Group names start with the schema; sending waits for the commit."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from apps.core.tenant import current_schema

logger = logging.getLogger(__name__)


def user_group(schema: str, user_id: int) -> str:
    """All sockets of a user."""
    return f"{schema}.user.{user_id}"


def session_group(schema: str, session_key: str) -> str:
    """All sockets that were opened with one browser session (only a digest of its key is named)."""
    digest = hashlib.sha256(f"{schema}:{session_key}".encode()).hexdigest()[:24]
    return f"{schema}.session.{digest}"


def message_id() -> str:
    """Id of a message that is not kept: starts with its time, so that ``since`` understands it."""
    return f"t{int(time.time() * 1000)}-{secrets.token_hex(4)}"


def message(kind: str, data: dict[str, Any], id_: str = "") -> dict[str, Any]:
    """A typed message as the browser gets it. ``id_`` of kept things (notifications) is their own."""
    return {"id": id_ or message_id(), "type": kind, "at": timezone.now().isoformat(), "data": data}


def push_to_user(user_id: int, kind: str, data: dict[str, Any], *, id_: str = "") -> None:
    """Send to all pages of a user after commit; a dead layer never breaks the cause (polling catches up)."""
    push_to_group(user_group(current_schema(), user_id), message(kind, data, id_))


def push_to_group(group: str, body: dict[str, Any]) -> None:
    """Send a message to a group after commit."""
    text = json.dumps(body, separators=(",", ":"), default=str)
    transaction.on_commit(lambda: _send(group, {"type": "push", "text": text, "id": body["id"]}))


def close_sockets(user_id: int) -> None:
    """Close all sockets of a user after commit: switched off, or the password changed."""
    group = user_group(current_schema(), user_id)
    transaction.on_commit(lambda: _send(group, {"type": "shut"}))


def close_session_sockets(session_key: str) -> None:
    """Close the sockets of one browser session: signed out."""
    group = session_group(current_schema(), session_key)
    transaction.on_commit(lambda: _send(group, {"type": "shut"}))


def _send(group: str, event: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        if hasattr(layer, "group_send_now"):
            layer.group_send_now(group, event)
        else:
            async_to_sync(layer.group_send)(group, event)
    except Exception:
        logger.warning("live push to %s failed", group, exc_info=True)
