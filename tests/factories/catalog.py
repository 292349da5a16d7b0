"""Products, tax categories, price lists for the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.catalog.models import PriceList, PriceListItem, Product, TaxCategory, Unit

_number = count(1)


def unit(code: str = "NOS") -> Unit:
    """A seeded unit."""
    return Unit.objects.get(code=code)


def tax_category(code: str = "GST18") -> TaxCategory:
    """A seeded tax category."""
    return TaxCategory.objects.get(code=code)


def make_product(code: str = "", **values: Any) -> Product:
    """A product of goods at 100.00 with GST 18 % and moving average, unless said otherwise.

    ``unit`` and ``tax_category`` may be given by code.
    """
    code = code or f"P{next(_number):04d}"
    values.setdefault("name", f"Product {code}")
    values.setdefault("sale_price", Decimal("100"))
    values.setdefault("hsn", "998314" if values.get("product_kind") == "service" else "8471")
    for name, find, default in (("unit", unit, "NOS"), ("tax_category", tax_category, "GST18")):
        value = values.setdefault(name, default)
        if isinstance(value, str):
            values[name] = find(value)
    product = Product(code=code, **values)
    product.full_clean()
    product.save()
    return product


def make_price_list(
    code: str = "", prices: dict[Product, list[tuple[Any, Any]]] | None = None, **values: Any
) -> PriceList:
    """A price list in rupees; ``prices`` = {product: [(from quantity, price), …]}."""
    from apps.company.models import Currency

    code = code or f"PL{next(_number):03d}"
    values.setdefault("currency", Currency.objects.get(code="INR"))
    price_list = PriceList.objects.create(code=code, name=code, **values)
    for product, rows in (prices or {}).items():
        for quantity, price in rows:
            PriceListItem.objects.create(
                price_list=price_list,
                product=product,
                min_quantity=Decimal(quantity),
                unit_price=Decimal(price),
            )
    return price_list


AFTER_SLABS = date(2025, 9, 22)
"""First day of the slabs of the 56th Council."""
