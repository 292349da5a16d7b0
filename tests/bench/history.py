"""Years of history in seconds: copies of real posted rows, with other ids, dates and parties."""

from __future__ import annotations

import contextlib
from typing import Any

from tests.bench.world import World

DAYS = 230  # from 1 April 2026


def columns_of(world: World, table: str) -> list[str]:
    rows = world.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'org_acme' "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in rows]


def clone(
    world: World, table: str, where: str, count: int, changes: dict[str, str], *, rows: int = 1
) -> None:
    """``count`` copies of the rows of ``table`` that fulfil ``where``; ``g`` is the copy's number, ``n`` the
    row's number among the originals, ``base`` the highest id so far."""
    changes = {"id": f"base + (g - 1) * {rows} + n", **changes}
    columns = columns_of(world, table)
    values = [f"({changes[c]})" if c in changes else f's."{c}"' for c in columns]
    names = ", ".join(f'"{c}"' for c in columns)
    world.sql(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)} "
        f"FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE {where}) s, "
        f"(SELECT coalesce(max(id), 0) AS base FROM {table}) b, generate_series(1, {count}) g"
    )
    world.sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def top(world: World, table: str) -> int:
    return world.sql(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]


def load_invoices(world: World, count: int) -> None:
    """Posted invoices of five lines with entries, open items and balances."""
    ids = world.ids
    parties = f"(ARRAY{ids['parties']})[1 + g % {len(ids['parties'])}]"
    day = f"date '2026-04-01' + (g % {DAYS})"
    invoice, entry, item = (top(world, f"accounting_{t}") for t in ("invoice", "journalentry", "openitem"))
    number = "'H/26-27/' || lpad(g::text, 7, '0')"
    sample = world.sql(
        "SELECT journal_entry_id, open_item_id FROM accounting_invoice WHERE id = %s", [ids["invoice"]]
    )
    sample_entry, sample_item = sample[0]
    clone(world, "accounting_invoice", f"id = {ids['invoice']}", count, {
        "number": number, "date": day, "due_date": f"{day} + 30", "party_id": parties,
        "search_text": f"lower({number}) || ' ' || lower(s.party_name)", "po_reference": "'PO' || g",
        "journal_entry_id": f"{entry} + g", "open_item_id": f"{item} + g",
    })  # fmt: skip
    clone(world, "accounting_invoiceline", f"invoice_id = {ids['invoice']}", count,
          {"invoice_id": f"{invoice} + g",
           "product_id": f"(ARRAY{ids['products']})[1 + (g + n) % 200]"}, rows=5)  # fmt: skip
    clone(world, "accounting_journalentry", f"id = {sample_entry}", count, {
        "source_id": f"{invoice} + g", "date": day, "sequence": "1000000 + g", "number": "'H' || g",
    })  # fmt: skip
    lines = world.sql("SELECT count(*) FROM accounting_journalline WHERE entry_id = %s", [sample_entry])[0][0]
    clone(world, "accounting_journalline", f"entry_id = {sample_entry}", count,
          {"entry_id": f"{entry} + g", "date": day,
           "party_id": f"CASE WHEN s.party_id IS NULL THEN NULL ELSE {parties} END"}, rows=lines)  # fmt: skip
    clone(world, "accounting_openitem", f"id = {sample_item}", count, {
        "party_id": parties, "source_id": f"{invoice} + g", "number": number, "date": day,
        "due_date": f"{day} + 30", "entry_id": f"{entry} + g",
    })  # fmt: skip


def load_moves(world: World, count: int) -> None:
    """Issues of stock over 150 days."""
    products = f"(ARRAY{world.ids['products']})[1 + g % 200]"
    clone(world, "inventory_stockmove", f"id = {world.ids['move']}", count, {
        "product_id": products, "date": "date '2026-06-20' + (g % 150)", "source_id": "1000000 + g",
    })  # fmt: skip


def load(world: World, count: int) -> None:
    """``count`` posted invoices and as many stock moves."""
    load_invoices(world, count)
    load_moves(world, count)
    settle(world)


def settle(world: World) -> None:
    """Rebuild what is kept from history by the product's own commands, and let the planner know."""
    world.manage("prove_balances", "--organisation", "acme", "--repair")
    # copied issues carry no layers: quantities are right, which is all that is timed
    with contextlib.suppress(RuntimeError):
        world.manage("prove_stock", "--organisation", "acme", "--repair")
    world.sql("ANALYZE")


def shape(world: World) -> dict[str, Any]:
    tables = ("accounting_invoice", "accounting_journalline", "inventory_stockmove", "parties_party")
    return {table: world.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables}
