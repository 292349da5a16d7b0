"""What follows from a change of a product: its barcode rows and its price history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from apps.catalog.choices import PriceKind
from apps.catalog.models import PartyPriceList, PricePoint, Product, ProductBarcode
from apps.company.selectors import company_today
from apps.core.actor import current_actor
from apps.core.copying import rows_insert
from apps.core.scope import kind_of


def barcodes_sync(products: Sequence[Product]) -> None:
    """Make the barcode rows of these products equal to their lists (three queries at most)."""
    wanted = {code: product.pk for product in products for code in product.barcodes or []}
    kept = ProductBarcode.objects.filter(product_id__in=[product.pk for product in products])
    existing = dict(kept.values_list("code", "product_id"))
    gone = [code for code, owner in existing.items() if wanted.get(code) != owner]
    if gone:
        kept.filter(code__in=gone).delete()
    ProductBarcode.objects.bulk_create(
        ProductBarcode(code=code, product_id=owner)
        for code, owner in wanted.items()
        if existing.get(code) != owner
    )


def price_changes_note(changed: Iterable[tuple[Product, dict[str, Any]]]) -> None:
    """Write to the price history what changed on the products themselves: (product, what it had before).
    First prices of 0 are not news."""
    points = []
    for product, before in changed:
        for price_kind, name in ((PriceKind.SALE, "sale_price"), (PriceKind.PURCHASE, "purchase_price")):
            now, old = getattr(product, name), before.get(name)
            if Decimal(now) != Decimal(old or 0):
                points.append(
                    PricePoint(
                        product=product, price_kind=price_kind, unit_price=now, previous=old,
                        source_kind=kind_of(product), source_id=product.pk,
                    )
                )  # fmt: skip
    if points:
        _append(points, company_today())


def prices_note(points: Iterable[PricePoint], *, source: models.Model, day: date) -> None:
    """Append prices to the history, with the record that they come from and the person acting now.

    The caller fills product, price_kind, unit_price and what it knows of quantity, currency and party.
    """
    rows = list(points)
    for row in rows:
        row.source_kind, row.source_id = kind_of(source), source.pk
    _append(rows, day)


def _append(points: list[PricePoint], day: date) -> None:
    label = current_actor().label[:200]
    for point in points:
        point.date, point.actor_label = day, label
    rows_insert(points)


def party_price_list_set(party: Any, price_list: Any, by: Any = None) -> None:
    """Give a party its price list, or none."""
    row = PartyPriceList.objects.filter(party=party).first()
    if price_list is None:
        if row:
            row.delete()
        return
    row = row or PartyPriceList(party=party)
    if row.pk is None or row.price_list_id != price_list.pk:
        row.price_list = price_list
        row.save()
