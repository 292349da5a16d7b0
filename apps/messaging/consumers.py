"""``/ws/``: the one socket of a page, for everything that happens elsewhere.

A page is let in by its session (same origin) or by a first message ``{"type": "auth", "token": …}``
within five seconds. From then on it gets its user's messages; after a reconnect it asks by
``{"type": "since", "data": {"id": …}}`` for the notifications that it missed. Each database call runs in
a thread inside the schema of the host; groups start with that schema.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import close_old_connections

from apps.core.live import message, session_group, user_group
from apps.core.tenant import organisation_context
from apps.messaging import socket_access
from apps.messaging.socket_access import Visitor

logger = logging.getLogger(__name__)
T = TypeVar("T")

AUTH_SECONDS = 5.0
RECHECK_SECONDS = 120.0
MAX_TEXT = 16 * 1024
BURST, PER_SECOND = 30.0, 5.0
UNAUTHENTICATED, FORBIDDEN, TOO_MUCH, TOO_LARGE, TRY_LATER = 4401, 4403, 4429, 1009, 1013
_threads = ThreadPoolExecutor(4, thread_name_prefix="socket")


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Run database work in a thread of ours; gives the connection back afterwards."""

    def call() -> T:
        close_old_connections()
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await sync_to_async(call, thread_sensitive=False, executor=_threads)()


async def in_organisation(schema: str, function: Callable[..., T], *args: Any) -> T:
    """Run database work inside an organisation."""

    def call() -> T:
        with organisation_context(schema):
            return function(*args)

    return await in_thread(call)


class Allowance:
    """A bucket of messages: ``BURST`` at once, ``PER_SECOND`` in the long run."""

    def __init__(self) -> None:
        self.left, self.at = BURST, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.at) * PER_SECOND)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class LiveConsumer(AsyncWebsocketConsumer):
    """One page of one user of one organisation."""

    schema = ""
    visitor: Visitor | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As the base does, without its hop to a thread for each message: we give connections back."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Refuse a foreign origin or an unserved host before accepting; let a session in at once."""
        self.allowance = Allowance()
        self.timers: list[asyncio.Task[None]] = []
        self.groups_joined: list[str] = []
        self.last_id = ""
        headers = {name: value.decode("latin-1") for name, value in self.scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            await self.close(FORBIDDEN)
            return
        self.schema = await in_thread(socket_access.schema_of_host, host)
        if not self.schema:
            await self.close(FORBIDDEN)
            return
        await self.accept()
        cookie = headers.get(b"cookie", "") if origin is not None else ""
        visitor = await in_organisation(self.schema, socket_access.visitor_of_cookie, cookie)
        if visitor is not None:
            await self._enter(visitor)
        else:
            self._after(AUTH_SECONDS, self._refuse_stranger)

    def _after(self, seconds: float, function: Callable[[], Any]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            await function()

        self.timers.append(asyncio.create_task(wait()))

    async def _refuse_stranger(self) -> None:
        if self.visitor is None:
            await self.close(UNAUTHENTICATED)

    async def _enter(self, visitor: Visitor) -> None:
        """Join the user's groups and tell the page how things stand."""
        renewed = self.visitor is not None
        if renewed and self.visitor.user_id != visitor.user_id:
            await self.close(UNAUTHENTICATED)
            return
        self.visitor = visitor  # a renewed token counts from now on
        if renewed:
            return
        groups = [user_group(self.schema, visitor.user_id)]
        if visitor.session_key:
            groups.append(session_group(self.schema, visitor.session_key))
        try:
            for group in groups:
                await self.channel_layer.group_add(group, self.channel_name)
                self.groups_joined.append(group)
        except Exception:
            logger.warning("live layer is away", exc_info=True)
            await self.close(TRY_LATER)
            return
        self._after(RECHECK_SECONDS * random.uniform(0.8, 1.2), self._recheck)  # noqa: S311 - spreads waits, guards nothing
        unread = await in_organisation(self.schema, socket_access.unread_count, visitor.user_id)
        await self._say("live.ready", {"user": visitor.user_id, "unread": unread})
        await self._say("notification.count", {"unread": unread})

    async def _recheck(self) -> None:
        """Now and then: is the person still active and signed in, is the organisation still served?"""
        self._after(RECHECK_SECONDS, self._recheck)
        try:
            valid = await in_organisation(self.schema, socket_access.still_valid, self.visitor)
        except Exception:
            logger.warning("socket recheck failed", exc_info=True)
            return
        if not valid:
            await self.close(UNAUTHENTICATED)

    # --- from the page ----------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data) > MAX_TEXT:
            await self.close(TOO_LARGE)
            return
        if not self.allowance.take():
            await self.close(TOO_MUCH)
            return
        try:
            body = json.loads(text_data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("type"), str):
            await self._refuse("invalid", "A message is a JSON object with a type.")
            return
        data = body.get("data")
        await self._handle(body["type"], data if isinstance(data, dict) else {}, body)

    async def _handle(self, kind: str, data: dict[str, Any], body: dict[str, Any]) -> None:
        if kind == "auth":
            await self._auth(body.get("token") or data.get("token"))
        elif self.visitor is None:
            await self._refuse("not_authenticated", "Sign in first.")
        elif kind == "ping":
            await self._say("pong", {})
        elif kind == "since":
            await self._catch_up(str(data.get("id") or body.get("id") or "")[:40])
        else:
            await self._refuse("unknown", f"Unknown type: {kind[:60]}")

    async def _auth(self, token: Any) -> None:
        if not isinstance(token, str) or not token:
            await self._refuse("invalid", "The token is missing.")
            return
        visitor = await in_organisation(self.schema, socket_access.visitor_of_token, token)
        if visitor is None:
            await self.close(UNAUTHENTICATED)
        else:
            await self._enter(visitor)

    async def _catch_up(self, since: str) -> None:
        assert self.visitor is not None  # noqa: S101 - the caller checked
        rows, unread = await in_organisation(
            self.schema, socket_access.missed, self.visitor.user_id, since or self.last_id
        )
        for row in rows:
            await self._send(message("notification.new", row, f"n{row['id']}"))
        await self._say("notification.count", {"unread": unread})

    # --- to the page ------------------------------------------------------------------------------

    async def _say(self, kind: str, data: dict[str, Any]) -> None:
        await self._send(message(kind, data))

    async def _send(self, body: dict[str, Any]) -> None:
        self.last_id = body["id"]
        with contextlib.suppress(RuntimeError, OSError):  # the page went away meanwhile
            await self.send(text_data=json.dumps(body, separators=(",", ":")))

    async def _refuse(self, code: str, detail: str) -> None:
        await self._say("error", {"code": code, "detail": detail})

    async def push(self, event: dict[str, Any]) -> None:
        """A message of the live layer, ready as text."""
        self.last_id = event["id"]
        with contextlib.suppress(RuntimeError, OSError):
            await self.send(text_data=event["text"])

    async def resync(self, _event: dict[str, Any]) -> None:
        """The layer was cut off: bring what was missed, and let the page refetch."""
        if self.visitor is not None:
            await self._catch_up(self.last_id)
            await self._say("live.reconnected", {})

    async def shut(self, _event: dict[str, Any]) -> None:
        """Signed out, switched off, or the password changed."""
        await self.close(UNAUTHENTICATED)

    async def disconnect(self, code: int) -> None:
        for timer in getattr(self, "timers", []):
            if timer is not asyncio.current_task():
                timer.cancel()
        for group in getattr(self, "groups_joined", []):
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)
        raise StopConsumer
