"""Stock for the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.catalog.models import Product
from apps.company.models import Company
from apps.company.services.companies import fiscal_year_open
from apps.inventory.ledger import Move, move
from apps.inventory.models import Place, StockMove
from tests.factories.company import make_company

_source = count(1)
DAY = date(2026, 11, 2)


def stock_company(**values: Any) -> Company:
    """A company with chart, places and the fiscal year of ``DAY``."""
    company = make_company(**values)
    fiscal_year_open(company=company, day=DAY)
    return company


def place(company: Company, code: str = "MAIN") -> Place:
    return Place.objects.get(company=company, code=code)


def make_place(company: Company, code: str, kind: str = "warehouse", **values: Any) -> Place:
    return Place.objects.create(company=company, code=code, name=code, place_kind=kind, **values)


def goods(
    company: Company,
    product: Product,
    quantity: Any,
    start: str,
    end: str,
    *,
    day: date = DAY,
    cost: Any = None,
    source: Any = None,
    purpose: str = "test",
    **values: Any,
) -> list[StockMove]:
    """Move goods between two places by code, each call its own source."""
    item = Move(
        product=product,
        quantity=Decimal(str(quantity)),
        from_place=place(company, start),
        to_place=place(company, end),
        unit_cost=None if cost is None else Decimal(str(cost)),
        **values,
    )
    source = source or ("tests.goods", next(_source))
    return move([item], source=source, purpose=purpose, date=day, by=None)


def receive(company: Company, product: Product, quantity: Any, cost: Any, **values: Any) -> StockMove:
    """Goods from a vendor into the main warehouse."""
    return goods(company, product, quantity, "VENDOR", "MAIN", cost=cost, **values)[0]


def issue(company: Company, product: Product, quantity: Any, **values: Any) -> StockMove:
    """Goods from the main warehouse to a customer."""
    return goods(company, product, quantity, "MAIN", "CUSTOMER", **values)[0]
