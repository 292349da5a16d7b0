"""Margin of offers and orders: what they bring less what the goods cost at today's average."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from apps.core.money import ZERO, round_money

_SQL = """
WITH lines AS (
    SELECT d.id, d.exchange_rate, l.product_id, l.taxable_value, l.base_quantity
    FROM {line} l JOIN {document} d ON d.id = l.{parent}_id
    WHERE d.id = ANY(%s) AND NOT l.shadow {only}
), parts AS (
    SELECT l.id, COALESCE(k.component_id, l.product_id) AS product_id,
           l.base_quantity * COALESCE(k.quantity, 1) AS quantity
    FROM lines l LEFT JOIN catalog_kitcomponent k ON k.kit_id = l.product_id
), costs AS (
    SELECT s.product_id, SUM(s.value) / SUM(s.quantity) AS cost
    FROM inventory_stockrow s
    WHERE s.quantity > 0 AND s.product_id IN (SELECT product_id FROM parts) GROUP BY s.product_id
), spent AS (
    SELECT parts.id, SUM(parts.quantity * COALESCE(c.cost, p.purchase_price, 0)) AS cost
    FROM parts LEFT JOIN costs c ON c.product_id = parts.product_id
    LEFT JOIN catalog_product p ON p.id = parts.product_id GROUP BY parts.id
)
SELECT l.id, SUM(l.taxable_value * l.exchange_rate) - COALESCE(MAX(spent.cost), 0)
FROM lines l LEFT JOIN spent ON spent.id = l.id GROUP BY l.id
"""


_COUNTED = "AND (l.chosen OR (NOT l.optional AND l.choice IS NULL))"


def quotation_margins(ids: list[int]) -> dict[int, Decimal]:
    """{quotation id: margin in company currency}: average cost of the stock on hand, else the purchase
    price; a kit costs what its components do; only lines in the total, no shadow lines. One query."""
    return _margins("sales_quotationline", "sales_quotation", "quotation", ids, _COUNTED)


def order_margins(ids: list[int]) -> dict[int, Decimal]:
    """The same for orders."""
    return _margins("sales_orderline", "sales_order", "order", ids)


def _margins(line: str, document: str, parent: str, ids: list[int], only: str = "") -> dict[int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(line=line, document=document, parent=parent, only=only), [list(ids)])
        found = {pk: round_money(Decimal(value)) for pk, value in cursor.fetchall()}
    return {pk: found.get(pk, ZERO) for pk in ids}
