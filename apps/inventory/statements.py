"""Stock statement, valuation and item ledger as reports: page, API and files come from the engine."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.ledger import account_for
from apps.accounting.ledger.balances import balance_of
from apps.catalog.models import Product
from apps.core.access import may
from apps.core.errors import InvalidInput
from apps.core.formats import show_date
from apps.core.money import ZERO, round_price
from apps.datatools.reports import Answer, Check, Column, Record, ReportLink, Row
from apps.inventory.choices import STOCK_KINDS, MovementKind
from apps.inventory.item_ledger import Filter, item_ledger
from apps.inventory.models import Place
from apps.inventory.selectors import Level, stock_levels

NIL = Decimal("0.00")
COST = "catalog.see_cost"

_TURNOVER = """
WITH own AS (SELECT id FROM inventory_place WHERE company_id = %(company)s AND place_kind = ANY(%(kinds)s)
                AND (%(places)s::bigint[] IS NULL OR id = ANY(%(places)s)))
SELECT m.product_id,
       sum(CASE WHEN t.id IS NOT NULL AND f.id IS NULL THEN m.quantity ELSE 0 END),
       sum(CASE WHEN t.id IS NOT NULL AND f.id IS NULL THEN m.value ELSE 0 END),
       sum(CASE WHEN f.id IS NOT NULL AND t.id IS NULL THEN m.quantity ELSE 0 END),
       sum(CASE WHEN f.id IS NOT NULL AND t.id IS NULL THEN m.value ELSE 0 END)
  FROM inventory_stockmove m LEFT JOIN own t ON t.id = m.to_place_id LEFT JOIN own f ON f.id = m.from_place_id
 WHERE m.company_id = %(company)s AND m.date BETWEEN %(first)s AND %(last)s
   AND (t.id IS NULL) <> (f.id IS NULL)
 GROUP BY 1"""


def _period(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": show_date(first), "last": show_date(last)}


def _levels(values: dict[str, Any], on: date) -> list[Level]:
    return stock_levels(company_ids=[values["company"].pk], place=values.get("place"), on=on)


def _by_product(levels: list[Level]) -> dict[int, tuple[Decimal, Decimal]]:
    found: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, NIL))
    for level in levels:
        quantity, value = found[level.product_id]
        found[level.product_id] = (quantity + level.on_hand, value + level.value)
    return found


def _products(ids: Any, values: dict[str, Any]) -> list[Product]:
    rows = Product.objects.filter(pk__in=list(ids)).select_related("unit").order_by("code")
    category = values.get("category")
    return list(rows if category is None else rows.filter(category=category))


# --- stock statement ------------------------------------------------------------------------------


def stock_statement(values: dict[str, Any], user: Any) -> Answer:
    """Opening, in, out and closing of each item in a period; the value columns with the right to see cost.

    In and out are of what crosses the border of the place (or company). Later revaluations posted in the
    period stand in a column of their own, so that opening + in − out + revalued = closing.
    """
    first, last = values["from"], values["to"]
    opening = _by_product(_levels(values, first - timedelta(days=1)))
    closing = _by_product(_levels(values, last))
    moved = _turnover(values)
    cost = may(user, COST)
    rows, sums = [], defaultdict(lambda: NIL)
    for product in _products({*opening, *closing, *moved}, values):
        cells = _statement_cells(product, opening[product.pk], closing[product.pk], moved.get(product.pk))
        if not any(cells[name] for name in _MONEY + _QUANTITIES):
            continue
        for name in _MONEY:
            sums[name] += cells[name]
        link = ReportLink("inventory/item-ledger", {**_shared(values), "product": product.pk})
        rows.append(Row(cells if cost else _without_money(cells), links={"code": link, "name": link}))
    totals = {name: sums[name] for name in _MONEY} if cost else {}
    if cost:
        rows.append(Row({"name": _("Total"), **totals}, "total"))
    return Answer(
        columns=[c for c in _statement_columns() if cost or c.key not in _MONEY],
        rows=rows,
        totals=totals,
        checks=_account_check(values, sums["closing_value"], last) if cost else [],
        company=values["company"],
        period=_period(first, last),
        subtitle=str(values.get("place") or ""),
    )


_MONEY = ("opening_value", "in_value", "out_value", "revalued", "closing_value")
_QUANTITIES = ("opening", "in", "out", "closing")


def _statement_columns() -> list[Column]:
    return [
        Column("code", _("Code")),
        Column("name", _("Product"), weight=1),
        Column("unit", _("Unit")),
        Column("opening", _("Opening"), "quantity"),
        Column("opening_value", _("Value"), "money"),
        Column("in", _("In"), "quantity"),
        Column("in_value", _("Value"), "money"),
        Column("out", _("Out"), "quantity"),
        Column("out_value", _("Value"), "money"),
        Column("revalued", _("Revalued"), "money"),
        Column("closing", _("Closing"), "quantity"),
        Column("closing_value", _("Value"), "money"),
    ]


def _without_money(cells: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cells.items() if name not in _MONEY}


def _statement_cells(product: Product, opening: Any, closing: Any, moved: Any) -> dict[str, Any]:
    quantity_in, value_in, quantity_out, value_out = moved or (ZERO, NIL, ZERO, NIL)
    return {
        "product": product.pk,
        "code": product.code,
        "name": product.name,
        "unit": product.unit.code,
        "opening": opening[0],
        "opening_value": opening[1],
        "in": quantity_in,
        "in_value": value_in,
        "out": quantity_out,
        "out_value": value_out,
        "revalued": closing[1] - opening[1] - value_in + value_out,
        "closing": closing[0],
        "closing_value": closing[1],
    }


def _turnover(values: dict[str, Any]) -> dict[int, tuple[Decimal, Decimal, Decimal, Decimal]]:
    place = values.get("place")
    with connection.cursor() as cursor:
        cursor.execute(
            _TURNOVER,
            {
                "company": values["company"].pk,
                "kinds": list(STOCK_KINDS),
                "places": None if place is None else Place.below([place.pk]),
                "first": values["from"],
                "last": values["to"],
            },
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _account_check(values: dict[str, Any], value: Decimal, on: date) -> list[Check]:
    """The proof: the value equals the stock account of that day. Only a whole company has an account."""
    if values.get("place") is not None or values.get("category") is not None:
        return []
    company = values["company"]
    account = account_for(company, "stock")
    return [Check(_("Equal to the stock account"), value - balance_of(account.pk, company.pk, on))]


def _shared(values: dict[str, Any]) -> dict[str, Any]:
    place: Place | None = values.get("place")
    found = {"company": values["company"].pk, "from": values["from"], "to": values["to"]}
    return {**found, "place": place.pk} if place else found


# --- valuation ------------------------------------------------------------------------------------


def stock_valuation(values: dict[str, Any], user: Any) -> Answer:
    """Quantity, unit value and value by item and place at the end of a day; equal to the stock account."""
    on = values["on"]
    levels = [level for level in _levels(values, on) if level.on_hand or level.value]
    products = {p.pk: p for p in _products({level.product_id for level in levels}, values)}
    places = Place.objects.in_bulk({level.place_id for level in levels})
    rows, total = [], NIL
    levels = [level for level in levels if level.product_id in products]
    for level in sorted(
        levels, key=lambda item: (products[item.product_id].code, places[item.place_id].code)
    ):
        product, total = products[level.product_id], total + level.value
        rows.append(
            Row(
                {
                    "product": product.pk,
                    "code": product.code,
                    "name": product.name,
                    "place": places[level.place_id].name,
                    "unit": product.unit.code,
                    "quantity": level.on_hand,
                    "unit_value": round_price(level.value / level.on_hand) if level.on_hand else None,
                    "value": level.value,
                },
                links={
                    "code": ReportLink(
                        "inventory/item-ledger",
                        {"company": level.company_id, "product": product.pk, "to": on},
                    )
                },
            )
        )
    rows.append(Row({"name": _("Total"), "value": total}, "total"))
    return Answer(
        columns=[
            Column("code", _("Code")),
            Column("name", _("Product"), weight=1),
            Column("place", _("Place")),
            Column("unit", _("Unit")),
            Column("quantity", _("On hand"), "quantity"),
            Column("unit_value", _("Value of one"), "rate"),
            Column("value", _("Value"), "money"),
        ],
        rows=rows,
        totals={"value": total},
        checks=_account_check(values, total, on),
        company=values["company"],
        period=_("On %(day)s") % {"day": show_date(on)},
        subtitle=str(values.get("place") or ""),
    )


# --- item ledger ----------------------------------------------------------------------------------


def item_statement(values: dict[str, Any], user: Any) -> Answer:
    """Every movement of one item with running quantity and value."""
    product, place = values["product"], values.get("place")
    wanted = Filter(
        product=product.pk,
        company_ids=[values["company"].pk],
        place_ids=None if place is None else Place.below([place.pk]),
        first=values["from"],
        last=values["to"],
    )
    start = _start(values["cursor"])
    entries, total = item_ledger(wanted, start=start, count=values["limit"])
    cost = may(user, COST)
    rows = [_item_row(entry, cost=cost) for entry in entries]
    if not start:
        rows.insert(0, _opening_row(values, cost=cost))
    columns = [
        Column("date", _("Date"), "date"),
        Column("kind", _("Kind")),
        Column("source", _("Document")),
        Column("way", _("From → to"), weight=1),
        Column("tracking", _("Batch, serial")),
        Column("in", _("In"), "quantity"),
        Column("out", _("Out"), "quantity"),
        Column("unit_cost", _("Unit cost"), "rate"),
        Column("value", _("Value"), "money"),
        Column("balance", _("Balance"), "quantity"),
        Column("balance_value", _("Value"), "money"),
        Column("who", _("Who")),
    ]
    return Answer(
        columns=[c for c in columns if cost or c.key not in ("unit_cost", "value", "balance_value")],
        rows=rows,
        company=values["company"],
        period=_period(values["from"], values["to"]),
        subtitle=" · ".join(filter(None, (f"{product.code} {product.name}", str(place or "")))),
        more=str(start + len(entries)) if start + len(entries) < total else "",
    )


def _start(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidInput(_("This is not a cursor of this report."), field="cursor")
    return int(cursor or 0)


def _opening_row(values: dict[str, Any], *, cost: bool) -> Row:
    day = values["from"] - timedelta(days=1)
    found = _by_product(
        stock_levels(
            company_ids=[values["company"].pk],
            product_ids=[values["product"].pk],
            place=values.get("place"),
            on=day,
        )
    )
    quantity, value = found[values["product"].pk]
    cells: dict[str, Any] = {"date": None, "kind": _("Opening"), "balance": quantity}
    return Row({**cells, "balance_value": value} if cost else cells, "section")


def _item_row(entry: dict[str, Any], *, cost: bool) -> Row:
    kind = entry["kind"]
    cells: dict[str, Any] = {
        "date": date.fromisoformat(entry["date"]),
        "kind": str(MovementKind(kind).label) if kind in MovementKind.values else _("Valued anew"),
        "source": entry["source_number"],
        "way": f"{entry['from_name']} → {entry['to_name']}",
        "tracking": " ".join(filter(None, (entry["batch_code"], entry["serial_code"]))),
        "in": Decimal(entry["quantity_in"]) or None,
        "out": Decimal(entry["quantity_out"]) or None,
        "balance": Decimal(entry["running_quantity"]),
        "who": entry["actor_name"],
    }
    if cost:
        cells |= {
            "unit_cost": Decimal(entry["unit_cost"]) or None,
            "value": Decimal(entry["value"]),
            "balance_value": Decimal(entry["running_value"]),
        }
    links = {"source": Record(entry["source_kind"], entry["source_id"])} if entry["source_number"] else {}
    return Row(cells, links=links)  # type: ignore[arg-type]  # links hold one of the two kinds
