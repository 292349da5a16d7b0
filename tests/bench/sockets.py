"""Many open pages at once: sockets, requests, events and jobs of several organisations."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import websockets

from tests.bench.ratios import organisation_make
from tests.bench.row import Row
from tests.bench.world import ROOT, World, free_port
from tests.kit.redis import RedisServer

PEOPLE, ROOM, ORGANISATIONS = 1_000, 500, 3
REQUESTS, EVENTS = 100, 200
"""Each second: 1,500 people with a request every 15 seconds; 12,000 events a minute."""
SHORT, LONG = 120, 600
PATHS = (
    "accounting/invoices/?count=none",
    "parties/parties/?per_page=25",
    "catalog/products/?per_page=25",
    "messaging/notifications/?per_page=10",
)
DRAIN = 5.0
BEHIND = 300
"""Requests that wait for their answers; from there on the server is behind, and further ones fail."""


@dataclass
class Seen:
    """What the pages saw: seconds that each thing took, and what went wrong."""

    events: list[float] = field(default_factory=list)
    rooms: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ready: int = 0


def sockets(world: World) -> Iterator[Row]:
    """The servers of the production profile, with Redis as layer where there is one, else PostgreSQL."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    redis = RedisServer() if shutil.which("redis-server") else None
    if redis:
        world.extra["REDIS_URL"] = redis.url
    world.stop()
    world.start(processes=2)
    children = _children(world)
    try:
        yield from _measure(world)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(40)
        world.extra.clear()
        if redis:
            redis.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _children(world: World) -> list[subprocess.Popen[bytes]]:
    """The sockets' server and the worker, as compose.yaml starts them."""
    world.socket_port = free_port()
    server = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port",
              str(world.socket_port), "--lifespan", "off", "--no-access-log", "--log-level", "warning",
              "--ws-max-size", "1048576"]  # fmt: skip
    environment = world.environment()
    worker = {**environment, "BAHI_WEB_POOL": "0"}
    return [
        subprocess.Popen(server, cwd=ROOT, env={**environment, "BAHI_POOL_SIZE": "4"}),
        subprocess.Popen([sys.executable, "manage.py", "run_worker"], cwd=ROOT, env=worker),
    ]


def _measure(world: World) -> Iterator[Row]:
    seconds = LONG if world.long else SHORT
    slugs = ["acme", *(organisation_make(world, number) for number in range(1, ORGANISATIONS))]
    count = math.ceil(PEOPLE / ORGANISATIONS) + 1  # one more: the room
    ids = {slug: _people(world, "make", slug, str(count)) for slug in slugs}
    people = {slug: _people(world, "sign_in", slug, told=json.dumps(ids[slug])) for slug in slugs}
    plan = {
        "seconds": seconds,
        "per_second": EVENTS,
        "organisations": [
            {"schema": f"org_{slug}", "people": [person["id"] for person in people[slug][1:]]}
            for slug in slugs
        ],
        "room": people["acme"][0]["id"],
    }
    begun = time.time()
    seen, sent = asyncio.run(_day(world, people, plan))
    opened = sum(len(found) - 1 for found in people.values()) + ROOM
    lost = sent["events"] - len(seen.events) + sent["rooms"] * ROOM - len(seen.rooms)
    what = f"{opened:,} sockets, {REQUESTS} requests/s, {EVENTS * 60:,} events/min, {seconds} s"
    figure = f"{len(seen.errors)} errors, {lost} lost of {sent['events']:,}"
    yield Row(what, figure, "0 errors, 0 lost", not seen.errors and not lost)
    if seen.errors:
        print("  ", *sorted(set(seen.errors))[:5], sep="\n   ")
    yield _timed("pages meanwhile, p95", seen.requests, 0.95, 300)
    yield _timed("push meanwhile, p99", seen.events, 0.99, 100)
    yield _timed(f"message to a room of {ROOM} sockets, median", seen.rooms, 0.5, 250)
    yield _timed("job start meanwhile, p99", _job_starts(world, slugs, begun), 0.99, 1000)


def _timed(what: str, found: list[float], part: float, goal_ms: float) -> Row:
    value = sorted(found)[int(len(found) * part)] * 1000 if found else float("inf")
    return Row(what, f"{value:.0f} ms of {len(found):,}", f"≤ {goal_ms:g} ms", value <= goal_ms)


def _people(world: World, *arguments: str, told: str = "") -> Any:
    script = ROOT / "tests" / "bench" / "socket_people.py"
    environment = {**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"}
    made = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True, input=told,
    )  # fmt: skip
    return json.loads(made.stdout.strip().splitlines()[-1])


def _job_starts(world: World, slugs: list[str], begun: float) -> list[float]:
    """Seconds from entering a job to its start; an hour for one that never began."""
    found: list[float] = []
    with psycopg.connect(world.super_url()) as link:
        for slug in slugs:
            rows = link.execute(
                "SELECT coalesce(extract(epoch FROM started_at - created_at), 3600)::float "
                f"FROM org_{slug}.runtime_job WHERE title = 'Bench' AND created_at > to_timestamp(%s)",
                [begun],
            )
            found += [row[0] for row in rows]
    return found


# --- the pages ------------------------------------------------------------------------------------


async def _day(
    world: World, people: dict[str, list[dict[str, Any]]], plan: dict[str, Any]
) -> tuple[Seen, dict[str, int]]:
    """Open all pages, let things happen, and wait for the last messages."""
    seen, stop = Seen(), asyncio.Event()
    visits = [(slug, person["token"]) for slug, found in people.items() for person in found[1:]]
    visits += [("acme", people["acme"][0]["token"])] * ROOM
    gate = asyncio.Semaphore(40)  # people don't all open their pages in one moment
    pages = [asyncio.create_task(_page(world, visit, seen, gate, stop)) for visit in visits]
    for _ in range(1200):
        if seen.ready + len(seen.errors) >= len(visits):
            break
        await asyncio.sleep(0.1)
    asking = asyncio.create_task(_ask(world, visits[:PEOPLE], seen, plan["seconds"]))
    sent = await asyncio.to_thread(_happen, world, plan)
    await asking
    await asyncio.sleep(DRAIN)
    stop.set()
    await asyncio.gather(*pages)
    return seen, sent


async def _page(
    world: World, visit: tuple[str, str], seen: Seen, gate: asyncio.Semaphore, stop: asyncio.Event
) -> None:
    """One socket, open to the end. One that closes before is an error."""
    slug, token = visit
    address = f"ws://{slug}.localhost:{world.socket_port}/ws/"
    try:
        async with gate:
            link = await websockets.connect(
                address, host="127.0.0.1", port=world.socket_port, open_timeout=60, ping_interval=None,
                compression=None,
            )  # fmt: skip
            await link.send(json.dumps({"type": "auth", "token": token}))
            while json.loads(await link.recv())["type"] != "live.ready":
                pass
        seen.ready += 1
        ending = asyncio.create_task(_close_at(stop, link))
        async for text in link:
            _note(json.loads(text), seen)
        await ending if stop.is_set() else seen.errors.append(f"socket closed: {link.close_code}")
    except Exception as error:  # the figure is how many failed, and why
        seen.errors.append(f"socket: {type(error).__name__} {error}"[:150])


async def _close_at(stop: asyncio.Event, link: Any) -> None:
    await stop.wait()
    with contextlib.suppress(Exception):
        await link.close()


def _note(message: dict[str, Any], seen: Seen) -> None:
    if message["type"] in ("bench.event", "bench.room"):
        took = time.time() - message["data"]["sent"]
        (seen.events if message["type"] == "bench.event" else seen.rooms).append(took)
    elif message["type"] in ("error", "live.reconnected"):
        seen.errors.append(f"message {message['type']} {message['data']}")


async def _ask(world: World, visits: list[tuple[str, str]], seen: Seen, seconds: float) -> None:
    """So many requests a second, whether or not the answers come (up to ``BEHIND``)."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    base = f"http://127.0.0.1:{world.port}/api/v1/"
    async with httpx.AsyncClient(base_url=base, timeout=10, limits=limits) as client:
        begun, open_requests = time.monotonic(), set()
        for number in range(int(seconds * REQUESTS)):
            await asyncio.sleep(max(0.0, begun + number / REQUESTS - time.monotonic()))
            if len(open_requests) >= BEHIND:
                seen.errors.append(f"not asked: {BEHIND} requests wait")
                continue
            task = asyncio.create_task(
                _request(client, *random.choice(visits), PATHS[number % len(PATHS)], seen)
            )
            open_requests.add(task)
            task.add_done_callback(open_requests.discard)
        await asyncio.gather(*open_requests)


async def _request(client: httpx.AsyncClient, slug: str, token: str, path: str, seen: Seen) -> None:
    headers = {"Host": f"{slug}.localhost", "Authorization": f"Bearer {token}"}
    begun = time.monotonic()
    try:
        answer = await client.get(path, headers=headers)
        if answer.status_code != 200:
            seen.errors.append(f"{path}: {answer.status_code} {answer.text[:100]}")
    except httpx.HTTPError as error:
        seen.errors.append(f"{path}: {type(error).__name__}")
    seen.requests.append(time.monotonic() - begun)


def _happen(world: World, plan: dict[str, Any]) -> dict[str, int]:
    script = ROOT / "tests" / "bench" / "socket_events.py"
    environment = {**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"}
    made = subprocess.run(
        [sys.executable, str(script)], input=json.dumps(plan),
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(made.stdout.strip().splitlines()[-1])
