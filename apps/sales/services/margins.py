"""Margin of offers and orders: what they bring less what the goods cost at today's average."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F

from apps.core.money import ZERO, round_money


def margins_of(line_model: Any, parent: str, ids: list[int]) -> dict[int, Decimal]:
    """{document id: margin in company currency}. Two queries and the average costs of the products."""
    rows = list(
        line_model.objects.filter(**{f"{parent}_id__in": ids}, shadow=False)
        .annotate(document_id=F(f"{parent}_id"), rate=F(f"{parent}__exchange_rate"))
        .values_list("document_id", "product_id", "taxable_value", "base_quantity", "rate")
    )
    costs = _costs({product for _doc, product, *_rest in rows if product})
    result: dict[int, Decimal] = dict.fromkeys(ids, ZERO)
    for document, product, taxable, quantity, rate in rows:
        result[document] += taxable * rate - quantity * costs.get(product, ZERO)
    return {pk: round_money(value) for pk, value in result.items()}


def _costs(product_ids: set[int]) -> dict[int, Decimal]:
    """Average cost of the stock on hand, else the purchase price."""
    from apps.catalog.models import Product
    from apps.inventory.models import StockRow

    costs = dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "purchase_price"))
    rows = StockRow.objects.filter(product_id__in=product_ids, quantity__gt=0)
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for product, quantity, value in rows.values_list("product_id", "quantity", "value"):
        before = sums.get(product, (ZERO, ZERO))
        sums[product] = (before[0] + quantity, before[1] + value)
    return {**costs, **{pk: value / quantity for pk, (quantity, value) in sums.items()}}
