"""The item ledger: every movement of items with running quantity and value, as the books had them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.api.representation import iso_time
from apps.core.errors import InvalidInput
from apps.core.keys import key_read
from apps.core.money import round_money
from apps.inventory.choices import STOCK_KINDS
from apps.inventory.models import Place

_ENTRIES = """
WITH own AS (
    SELECT id FROM inventory_place
     WHERE place_kind = ANY(%(kinds)s) AND (%(places)s::bigint[] IS NULL OR id = ANY(%(places)s))
       AND (%(companies)s::bigint[] IS NULL OR company_id = ANY(%(companies)s))),
entries AS (
    SELECT m.id AS move_id, 0::bigint AS change, m.date, m.movement_kind AS kind, m.product_id,
           m.from_place_id, m.to_place_id, m.batch_id, m.serial_id, m.unit_cost, m.source_kind,
           m.source_id, m.actor_name, m.actor_mail, m.recorded_at,
           CASE WHEN t.id IS NULL THEN 0 ELSE m.quantity END AS quantity_in,
           CASE WHEN f.id IS NULL THEN 0 ELSE m.quantity END AS quantity_out,
           ((t.id IS NOT NULL)::int - (f.id IS NOT NULL)::int) * m.value AS value
      FROM inventory_stockmove m
      LEFT JOIN own t ON t.id = m.to_place_id LEFT JOIN own f ON f.id = m.from_place_id
     WHERE (t.id IS NOT NULL OR f.id IS NOT NULL)
       AND (%(product)s::bigint IS NULL OR m.product_id = %(product)s)
       AND (%(batch)s::bigint IS NULL OR m.batch_id = %(batch)s)
    UNION ALL
    SELECT m.id, r.id, r.date, 'revaluation', m.product_id, m.from_place_id, m.to_place_id, m.batch_id,
           m.serial_id, 0, r.source_kind, r.source_id, '', '', r.recorded_at, 0, 0,
           ((t.id IS NOT NULL)::int - (f.id IS NOT NULL)::int) * r.amount
      FROM inventory_stockrevaluation r JOIN inventory_stockmove m ON m.id = r.move_id
      LEFT JOIN own t ON t.id = m.to_place_id LEFT JOIN own f ON f.id = m.from_place_id
     WHERE (t.id IS NOT NULL) <> (f.id IS NOT NULL)
       AND (%(product)s::bigint IS NULL OR m.product_id = %(product)s)
       AND (%(batch)s::bigint IS NULL OR m.batch_id = %(batch)s)),
running AS (
    SELECT e.*, sum(quantity_in - quantity_out) OVER w AS running_quantity, sum(value) OVER w AS running_value
      FROM entries e
    WINDOW w AS (PARTITION BY product_id ORDER BY date, change > 0, move_id, change))
"""

_WITHIN = """ FROM running e
 WHERE (%(first)s::date IS NULL OR e.date >= %(first)s) AND (%(last)s::date IS NULL OR e.date <= %(last)s)"""

_PAGE = """
SELECT e.*, p.code AS product_code, p.name AS product_name, f.name AS from_name, t.name AS to_name,
       b.code AS batch_code, s.code AS serial_code
  FROM (SELECT * {within} ORDER BY date, change > 0, move_id, change LIMIT %(count)s OFFSET %(start)s) e
  JOIN catalog_product p ON p.id = e.product_id
  JOIN inventory_place f ON f.id = e.from_place_id JOIN inventory_place t ON t.id = e.to_place_id
  LEFT JOIN inventory_batch b ON b.id = e.batch_id LEFT JOIN inventory_serial s ON s.id = e.serial_id
 ORDER BY e.date, e.change > 0, e.move_id, e.change""".replace("{within}", _WITHIN)


@dataclass(frozen=True)
class Filter:
    """What the ledger is of. ``company_ids`` None: all companies; ``place_ids`` None: all places."""

    product: int | None = None
    company_ids: list[int] | None = None
    place_ids: list[int] | None = None
    batch: int | None = None
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, params: Any, user: Any) -> Filter:
        """From query parameters, never wider than what the user may see. Raises InvalidInput."""
        seen = access_of(user).company_ids
        company = read_id(params, "company")
        companies = sorted(seen) if seen is not None else None
        if company is not None:
            companies = [company] if companies is None or company in companies else []
        place = read_id(params, "place")
        return cls(
            product=read_id(params, "product"),
            company_ids=companies,
            place_ids=None if place is None else Place.below([place]),
            batch=read_id(params, "batch"),
            first=read_day(params, "from"),
            last=read_day(params, "to"),
        )

    def values(self) -> dict[str, Any]:
        return {
            "kinds": list(STOCK_KINDS),
            "product": self.product,
            "companies": self.company_ids,
            "places": self.place_ids,
            "batch": self.batch,
            "first": self.first,
            "last": self.last,
        }


def read_id(params: Any, name: str) -> int | None:
    """A parameter that is an id; InvalidInput naming it when it isn't one."""
    text = params.get(name, "")
    if not text:
        return None
    key = key_read(text)
    if key is None:
        raise InvalidInput(_("Must be a whole number from 1."), field=name)
    return key


def read_day(params: Any, name: str) -> date | None:
    """A date parameter; InvalidInput naming it when it isn't one."""
    text = params.get(name, "")
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(_("“%(v)s” is not a valid date.") % {"v": text[:40]}, field=name)
    return found


def item_ledger(wanted: Filter, *, start: int = 0, count: int = 200) -> tuple[list[dict[str, Any]], int]:
    """A page of entries (oldest first) as API values, and how many there are in all."""
    values = {**wanted.values(), "start": start, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES + "SELECT count(*)" + _WITHIN, values)
        total = cursor.fetchone()[0]
        cursor.execute(_ENTRIES + _PAGE, values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    numbers = source_numbers({(row["source_kind"], row["source_id"]) for row in rows})
    return [_entry(row, numbers) for row in rows], total


def _entry(row: dict[str, Any], numbers: dict[tuple[str, int], str]) -> dict[str, Any]:
    quantity = {n: _six(row[n]) for n in ("quantity_in", "quantity_out", "running_quantity", "unit_cost")}
    money = {name: format(round_money(row[name]), ".2f") for name in ("value", "running_value")}
    return {
        "id": row["move_id"],
        "date": row["date"].isoformat(),
        "kind": row["kind"],
        "product": row["product_id"],
        "product_code": row["product_code"],
        "product_name": row["product_name"],
        "from_place": row["from_place_id"],
        "from_name": row["from_name"],
        "to_place": row["to_place_id"],
        "to_name": row["to_name"],
        "batch": row["batch_id"],
        "batch_code": row["batch_code"] or "",
        "serial": row["serial_id"],
        "serial_code": row["serial_code"] or "",
        **quantity,
        **money,
        "source_kind": row["source_kind"],
        "source_id": row["source_id"],
        "source_number": numbers.get((row["source_kind"], row["source_id"]), ""),
        "actor_name": row["actor_name"],
        "actor_mail": row["actor_mail"],
        "recorded_at": iso_time(row["recorded_at"]),
    }


def _six(value: Decimal) -> str:
    return format(value, ".6f")


def source_numbers(sources: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """{(kind, id): number of the document}, one query for each kind."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, pk in sources:
        by_kind[kind].add(pk)
    found = {}
    for kind, ids in by_kind.items():
        try:
            model = apps.get_model(kind)
        except (LookupError, ValueError):
            continue
        if any(field.name == "number" for field in model._meta.concrete_fields):
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", "number")
            found.update({(kind, pk): number for pk, number in rows})
    return found
