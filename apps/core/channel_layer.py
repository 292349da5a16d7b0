"""Channel layers: our own on PostgreSQL's LISTEN/NOTIFY, and Redis pub/sub with a direct way for sync code.

PostgreSQL: each event loop (one per process) keeps one dedicated connection that listens; a message is one
NOTIFY that every process hears once and hands to its own sockets. Messages over the 8,000 bytes of a
NOTIFY go out in numbered pieces, in one statement, so that they arrive together and in order.

What could not be handed over (the listener was cut off, a slow page's queue ran full) is replaced by one
``resync`` message: the consumer then reads from the database what its page missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from channels.layers import BaseChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisSingleShardConnection
from django.db import close_old_connections, connection, transaction
from redis import asyncio as aioredis

from apps.core.listen import listen_parameters

logger = logging.getLogger(__name__)
NOTIFY_CHANNEL = "bahi_live"
PIECE = 7_500
MAX_MESSAGE = 1024 * 1024
RESYNC = {"type": "resync"}
LISTEN_WAIT = 5.0


class PostgresChannelLayer(BaseChannelLayer):
    """Channel layer without a broker. ``capacity``: messages that wait for one slow socket."""

    extensions = ["groups"]

    def __init__(self, capacity: int = 200, expiry: int = 60, **_options: Any) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self._hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, _Hub] = WeakKeyDictionary()

    def _hub(self) -> _Hub:
        loop = asyncio.get_running_loop()
        hub = self._hubs.get(loop)
        if hub is None:
            hub = self._hubs[loop] = _Hub(self.capacity)
        return hub

    # --- receiving --------------------------------------------------------------------------------

    async def new_channel(self, prefix: str = "specific") -> str:
        """A new channel of this process; messages for it are kept from now on."""
        name = f"{prefix}.{uuid.uuid4().hex}"
        self._hub().open(name)
        return name

    async def receive(self, channel: str) -> dict[str, Any]:
        """The next message; the channel ends when its reader is cancelled."""
        hub = self._hub()
        queue = hub.open(channel)
        try:
            return await queue.get()
        except (asyncio.CancelledError, GeneratorExit):
            hub.drop(channel)
            raise

    async def group_add(self, group: str, channel: str) -> None:
        """Join a group; returns once this process hears messages of other processes."""
        self.require_valid_group_name(group)
        hub = self._hub()
        await hub.start()
        hub.groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        hub = self._hub()
        hub.leave(group, channel)

    async def close(self) -> None:
        """End the listener of this loop (tests, shut-down)."""
        hub = self._hubs.pop(asyncio.get_running_loop(), None)
        if hub is not None:
            await hub.stop()

    # --- sending ----------------------------------------------------------------------------------

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        self.require_valid_channel_name(channel)
        await _notify_in_thread(_packed("c", channel, message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        await _notify_in_thread(_packed("g", group, message))

    def group_send_sync(self, group: str, message: dict[str, Any]) -> None:
        """For sync code: on the thread's own connection, after the open transaction if there is one."""
        transaction.on_commit(lambda: self.group_send_now(group, message))

    def group_send_now(self, group: str, message: dict[str, Any]) -> None:
        """For code that runs after a commit already: NOTIFY inside writing transactions slows all commits."""
        self.require_valid_group_name(group)
        _notify(_packed("g", group, message))


def _packed(kind: str, name: str, message: dict[str, Any]) -> list[str]:
    """The payloads of the NOTIFYs that carry one message. Plain ASCII: a character is a byte."""
    mark = uuid.uuid4().hex[:12]
    text = json.dumps({"k": kind, "n": name, "u": mark, "m": message}, separators=(",", ":"))
    if len(text) > MAX_MESSAGE:
        raise ValueError(f"a live message has at most {MAX_MESSAGE} bytes")
    if len(text) <= PIECE:
        return [text]
    parts = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    return [f"+{mark}:{index}:{len(parts)}:{part}" for index, part in enumerate(parts)]


def _notify(payloads: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, p) FROM unnest(%s::text[]) WITH ORDINALITY AS t(p, i) ORDER BY i",
            [NOTIFY_CHANNEL, payloads],
        )


def _notify_and_free(payloads: list[str]) -> None:
    try:
        _notify(payloads)
    finally:
        close_old_connections()


async def _notify_in_thread(payloads: list[str]) -> None:
    await sync_to_async(_notify_and_free, thread_sensitive=False)(payloads)


class _Hub:
    """What one event loop holds: its sockets' queues, its groups, and the listening connection."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.groups: defaultdict[str, set[str]] = defaultdict(set)
        self.pieces: dict[str, list[str]] = {}
        self.task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    def open(self, channel: str) -> asyncio.Queue[dict[str, Any]]:
        if channel not in self.queues:
            self.queues[channel] = asyncio.Queue(self.capacity)
        return self.queues[channel]

    def drop(self, channel: str) -> None:
        self.queues.pop(channel, None)
        for group in [name for name, members in self.groups.items() if channel in members]:
            self.leave(group, channel)

    def leave(self, group: str, channel: str) -> None:
        members = self.groups.get(group)
        if members is not None:
            members.discard(channel)
            if not members:
                del self.groups[group]

    async def start(self) -> None:
        """Start listening if need be; waits a bounded time for the database."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run(), name="bahi-live-listener")
        if not self.listening.is_set():
            async with asyncio.timeout(LISTEN_WAIT):
                await self.listening.wait()

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
        self.listening.clear()

    async def _run(self) -> None:
        wait, cut_off = 0.2, False
        while True:
            try:
                async for payload in self._payloads():
                    if payload is None:
                        wait = 0.2
                        if cut_off:
                            self._to_all(RESYNC)
                    else:
                        self._take(payload)
                    cut_off = False
            except (psycopg.Error, OSError) as error:
                logger.warning("live listener lost the database: %s", error)
            except Exception:
                logger.exception("live listener stumbled")
            self.listening.clear()
            self.pieces.clear()
            cut_off = True
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    async def _payloads(self) -> AsyncIterator[str | None]:
        """None once listening, then each payload until the connection ends."""
        link = await psycopg.AsyncConnection.connect(**listen_parameters(), autocommit=True)
        async with link:
            await link.execute(f"LISTEN {NOTIFY_CHANNEL}")
            self.listening.set()
            yield None
            async for note in link.notifies():
                yield note.payload

    def _take(self, payload: str) -> None:
        text = self._joined(payload) if payload.startswith("+") else payload
        if text is None:
            return
        packed = json.loads(text)
        if packed["k"] == "g":
            for channel in tuple(self.groups.get(packed["n"], ())):
                self._put(channel, packed["m"])
        else:
            self._put(packed["n"], packed["m"])

    def _joined(self, payload: str) -> str | None:
        """The whole text once its last piece is here."""
        mark, index, count, part = payload[1:].split(":", 3)
        parts = self.pieces.setdefault(mark, [])
        if int(index) != len(parts):  # the first ones came before we listened
            self.pieces.pop(mark, None)
            return None
        parts.append(part)
        return "".join(self.pieces.pop(mark)) if len(parts) == int(count) else None

    def _put(self, channel: str, message: dict[str, Any]) -> None:
        queue = self.queues.get(channel)
        if queue is None:
            return
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            message = RESYNC
        queue.put_nowait(message)

    def _to_all(self, message: dict[str, Any]) -> None:
        for channel in tuple(self.queues):
            self._put(channel, message)


class RedisChannelLayer(RedisPubSubChannelLayer):
    """Redis pub/sub, with a pooled sync sender, and ``resync`` after a cut."""

    def __init__(self, hosts: list[Any], **options: Any) -> None:
        super().__init__(hosts=hosts, **options)
        self._address = hosts[0]["address"] if isinstance(hosts[0], dict) else hosts[0]
        self._sender: Any = None

    def _get_layer(self) -> Any:
        new = asyncio.get_running_loop() not in self._layers
        layer = super()._get_layer()
        if new:
            layer._shards = [_Shard(shard.host, layer) for shard in layer._shards]
        return layer

    def group_send_sync(self, group: str, message: dict[str, Any]) -> None:
        """Publish from sync code, after the open transaction if there is one."""
        transaction.on_commit(lambda: self.group_send_now(group, message))

    def group_send_now(self, group: str, message: dict[str, Any]) -> None:
        """Publish at once, over a pooled connection."""
        if self._sender is None:
            import redis

            self._sender = redis.Redis.from_url(self._address, socket_connect_timeout=1, socket_timeout=2)
        prefix = self._kwargs.get("prefix", "asgi")
        self._sender.publish(f"{prefix}__group__{group}", self.serialize(message))


class _PubSub(aioredis.client.PubSub):
    """Tells the layer when the connection came back: messages may have been missed meanwhile."""

    on_return: Any = None

    async def on_connect(self, connection: Any) -> None:
        had_subscriptions = bool(self.channels)
        await super().on_connect(connection)
        if had_subscriptions and self.on_return is not None:
            self.on_return()


class _Shard(RedisSingleShardConnection):
    def _ensure_redis(self) -> None:
        if self._redis is not None:
            return
        super()._ensure_redis()
        self._pubsub = _PubSub(self._redis.connection_pool)
        self._pubsub.on_return = self._resync

    def _resync(self) -> None:
        layer = self.channel_layer
        packed = layer.channel_layer.serialize(RESYNC)
        for queue in tuple(layer.channels.values()):
            queue.put_nowait(packed)
