"""The channel layers against their real servers: nothing lost, nothing doubled, order kept."""

from __future__ import annotations

import asyncio
import shutil
import time

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.db import connection, transaction

from apps.core.channel_layer import PostgresChannelLayer, RedisChannelLayer
from apps.core.live import message, push_to_group
from tests.kit.redis import RedisServer


@pytest.fixture(scope="module")
def redis_server():
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server here")
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture(params=["postgres", pytest.param("redis", marks=pytest.mark.redis)])
def make_layer(request, commits_shared):
    if request.param == "postgres":
        return PostgresChannelLayer
    server = request.getfixturevalue("redis_server")
    return lambda: RedisChannelLayer(hosts=[{"address": server.url}], prefix="bahi")


def in_loop(scenario):
    async def whole():
        layers = []
        try:
            await asyncio.wait_for(scenario(layers), 60)
        finally:
            for layer in layers:
                await (layer.close() if hasattr(layer, "close") else layer.flush())

    asyncio.run(whole())


async def listener(layer, *groups):
    channel = await layer.new_channel()
    for group in groups:
        await layer.group_add(group, channel)
    return channel


async def take(layer, channel, count):
    return [await asyncio.wait_for(layer.receive(channel), 20) for _ in range(count)]


async def silent(layer, channel, seconds=0.3):
    task = asyncio.ensure_future(layer.receive(channel))
    done, _pending = await asyncio.wait([task], timeout=seconds)
    task.cancel()
    return not done


def in_thread(function, *args):
    def call():
        try:
            return function(*args)
        finally:
            connection.close()

    return sync_to_async(call, thread_sensitive=False)()


def test_burst_from_threads_arrives_whole_once_and_in_order(make_layer):
    async def scenario(layers):
        layer = make_layer()
        layers.append(layer)
        layer.capacity = 1000
        channels = [await listener(layer, "org_a.room") for _ in range(3)]
        other = await listener(layer, "org_b.room")

        def send(start):
            for number in range(start, start + 100):
                layer.group_send_sync("org_a.room", {"type": "push", "n": number})

        await asyncio.gather(*(in_thread(send, start) for start in (0, 100, 200)))
        for channel in channels:
            numbers = [message["n"] for message in await take(layer, channel, 300)]
            assert sorted(numbers) == list(range(300))
            for start in (0, 100, 200):
                part = [n for n in numbers if start <= n < start + 100]
                assert part == sorted(part)
        assert await silent(layer, other)

    in_loop(scenario)


def test_large_message_and_another_process_and_leaving(make_layer):
    async def scenario(layers):
        here, there = make_layer(), make_layer()  # two layers are two processes
        layers += [here, there]
        channel = await listener(here, "org_a.room")
        text = "é\u0939\x00" * 20_000
        await there.group_send("org_a.room", {"type": "push", "text": text})
        await there.send(channel, {"type": "direct"})
        first, second = await take(here, channel, 2)
        assert first["text"] == text
        assert second == {"type": "direct"}
        await here.group_discard("org_a.room", channel)
        await there.group_send("org_a.room", {"type": "push", "text": "late"})
        assert await silent(here, channel)

    in_loop(scenario)


def test_message_in_a_transaction_waits_for_its_commit(make_layer):
    async def scenario(layers):
        layer = make_layer()
        layers.append(layer)
        channel = await listener(layer, "org_a.room")

        def roll_back():
            with transaction.atomic():
                layer.group_send_sync("org_a.room", {"type": "push", "n": 1})
                transaction.set_rollback(True)

        def commit():
            with transaction.atomic():
                layer.group_send_sync("org_a.room", {"type": "push", "n": 2})
                time.sleep(0.2)
                moments.append(time.monotonic())

        moments = []
        await in_thread(roll_back)
        await in_thread(commit)
        (got,) = await take(layer, channel, 1)
        assert got["n"] == 2
        assert await silent(layer, channel)

    in_loop(scenario)


def test_slow_page_gets_one_resync_instead_of_endless_waiting(commits_shared):
    async def scenario(layers):
        layer = PostgresChannelLayer(capacity=5)
        layers.append(layer)
        channel = await listener(layer, "org_a.room")
        for number in range(20):
            await layer.group_send("org_a.room", {"type": "push", "n": number})
        await asyncio.sleep(0.5)
        kinds = []
        while not await silent_queue(layer, channel):
            kinds.append((await layer.receive(channel))["type"])
        assert kinds.count("resync") == 1
        assert len(kinds) <= 5
        assert kinds[0] == "resync"

    in_loop(scenario)


async def silent_queue(layer, channel):
    return layer._hub().open(channel).empty()


def test_listener_comes_back_after_its_connection_was_cut(commits_shared):
    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = 'bahi-listen' AND datname = current_database()"
            )
            return cursor.fetchone()[0]

    async def scenario(layers):
        layer = PostgresChannelLayer()
        layers.append(layer)
        channel = await listener(layer, "org_a.room")
        assert await in_thread(cut) == 1
        (first,) = await take(layer, channel, 1)
        assert first == {"type": "resync"}
        await layer.group_send("org_a.room", {"type": "push", "n": 1})
        assert (await take(layer, channel, 1))[0]["n"] == 1

    in_loop(scenario)


@pytest.mark.redis
def test_redis_that_was_away_is_followed_by_a_resync(redis_server):
    async def scenario(layers):
        layer = RedisChannelLayer(hosts=[{"address": redis_server.url}], prefix="bahi")
        layers.append(layer)
        channel = await listener(layer, "org_a.room")
        await asyncio.to_thread(redis_server.stop)
        await asyncio.to_thread(redis_server.start)
        (first,) = await take(layer, channel, 1)
        assert first == {"type": "resync"}
        await layer.group_send("org_a.room", {"type": "push", "n": 1})
        assert (await take(layer, channel, 1))[0]["n"] == 1

    in_loop(scenario)


@pytest.fixture
def dead_redis(settings, monkeypatch):
    from channels.layers import channel_layers

    settings.CACHES = {
        "default": {
            "BACKEND": "apps.core.cache.TolerantRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "KEY_FUNCTION": "apps.core.tenant.cache_key",
        }
    }
    layer = RedisChannelLayer(hosts=[{"address": "redis://127.0.0.1:1/0"}], prefix="bahi")
    before = channel_layers.set("default", layer)
    yield layer
    if before is None:
        channel_layers.backends.pop("default", None)
    else:
        channel_layers.set("default", before)


@pytest.mark.django_db
def test_pages_work_while_redis_is_down(dead_redis, api, django_capture_on_commit_callbacks):
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        made = api.post("parties/parties/", {"legal_name": "A", "display_name": "A"})
        push_to_group("org_acme.user.1", message("x", {}))
    api.get(f"parties/parties/{made['data']['id']}/")
    assert time.monotonic() - began < 10
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a"]) == {}
    assert cache.add("a", 1)
