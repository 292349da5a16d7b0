"""What the API costs against the same work in plain SQL, and what it costs to serve many organisations."""

from __future__ import annotations

import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.bench.history import columns_of
from tests.bench.meter import Meter
from tests.bench.row import Row
from tests.bench.rows import invoice_body, send
from tests.bench.world import ROOT, World

ORGANISATIONS = 4
LIST_SQL = """
SELECT json_agg(t) FROM (SELECT * FROM accounting_invoice ORDER BY date DESC, id DESC LIMIT 25) t
"""


def plain_sql(world: World) -> Iterator[Row]:
    """A list of 25 against ``json_agg``, a new invoice of five lines against one INSERT of the same rows."""
    with world.client() as client:
        meter = Meter(world.roots())
        listed = meter.run(
            lambda n: send(client, "GET", "accounting/invoices/?ordering=-date&count=none"), 60, warm=8
        )
        made = meter.run(
            lambda n: send(client, "POST", "accounting/invoices/", invoice_body(world, abs(n))), 60, warm=8
        )
    with psycopg.connect(world.super_url(), autocommit=True) as link:
        link.execute("SET search_path = org_acme, public")
        list_ms = _bare(world, link, LIST_SQL, 400)
        insert_ms = _bare(world, link, _insert_sql(world), 400)
    for what, api, sql, goal in (
        ("list of 25", listed.cpu_ms, list_ms, 12),
        ("create of an invoice", made.cpu_ms, insert_ms, 10),
    ):
        times = api / sql
        yield Row(
            f"{what}, CPU against plain SQL",
            f"{times:.1f} × ({api:.1f} / {sql:.2f} ms)",
            f"≤ {goal} ×",
            times <= goal,
        )


def _bare(world: World, link: psycopg.Connection[Any], sql: str, count: int) -> float:
    """CPU milliseconds of one statement: PostgreSQL and the driver here."""
    for _ in range(10):
        link.execute(sql).fetchall()
    meter = Meter([world.postmaster])
    server, own = meter.cpu(), time.thread_time()
    for _ in range(count):
        link.execute(sql).fetchall()
    return (meter.cpu() - server + time.thread_time() - own) * 1000 / count


def _insert_sql(world: World) -> str:
    """One statement that writes a draft with its five lines: copies of the first posted invoice's rows."""
    header = {"status": "'draft'", "number": "''", "journal_entry_id": "NULL", "open_item_id": "NULL"}
    lines = {"invoice_id": "made.id"}

    def copied(table: str, changes: dict[str, str]) -> tuple[str, str]:
        names = [name for name in columns_of(world, table) if name != "id"]
        return ", ".join(f'"{n}"' for n in names), ", ".join(changes.get(n, f's."{n}"') for n in names)

    into, values = copied("accounting_invoice", header)
    line_into, line_values = copied("accounting_invoiceline", lines)
    sample = int(world.ids["invoice"])
    return (
        f"WITH made AS (INSERT INTO accounting_invoice ({into}) SELECT {values} FROM accounting_invoice s "
        f"WHERE s.id = {sample} RETURNING id) "
        f"INSERT INTO accounting_invoiceline ({line_into}) SELECT {line_values} "
        f"FROM accounting_invoiceline s, made WHERE s.invoice_id = {sample} RETURNING id"
    )


def tenants(world: World) -> Iterator[Row]:
    """The same call on one organisation after the other in turn, against each of them alone."""
    clients = [world.client(), *(_other(world, number) for number in range(1, ORGANISATIONS))]
    meter, path = Meter(world.roots()), "catalog/units/?per_page=25"
    try:
        alone = statistics.mean(
            meter.run(lambda n, c=client: send(c, "GET", path), 60, warm=12).cpu_ms for client in clients
        )
        mixed = meter.run(lambda n: send(clients[n % len(clients)], "GET", path), 240, warm=12).cpu_ms
    finally:
        for client in clients:
            client.close()
    times = mixed / alone
    yield Row(
        f"API call, {ORGANISATIONS} organisations in turn against one",
        f"{times:.2f} × ({mixed:.1f} / {alone:.1f} ms)",
        "≤ 1.2 ×",
        times <= 1.2,
    )


def organisation_make(world: World, number: int) -> str:
    """A further organisation; its short name."""
    slug = f"bench{number}{int(time.time()) % 100000}"
    world.manage("create_organisation", slug, "--admin", "owner@bench.example")
    return slug


def _other(world: World, number: int) -> httpx.Client:
    """A further organisation with a signed-in administrator."""
    slug = organisation_make(world, number)
    email, password = f"bench@{slug}.example", "bench-Dawat-" + secrets.token_hex(4)
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("visitor.py")), slug, email, password],
        cwd=ROOT, env={**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"}, check=True,
    )  # fmt: skip
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{world.port}", headers={"Host": f"{slug}.localhost"}, timeout=60
    )
    answer = client.post("/api/v1/auth/token/", json={"email": email, "password": password})
    answer.raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['data']['access']}"
    return client
