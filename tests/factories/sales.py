"""Quotations and orders for the tests, made through the API as people make them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.company.selectors import company_today
from apps.inventory.models import StockRow
from tests.factories.catalog import make_product
from tests.factories.company import make_company
from tests.factories.inventory import receive
from tests.factories.parties import make_customer

INDIA = ZoneInfo("Asia/Kolkata")


class Shop:
    """A company with a customer and two products: what every sale needs."""

    def __init__(self, **party: Any) -> None:
        from apps.company.models import Company

        self.company = Company.objects.filter(code="SHOP").first() or make_company(
            code="SHOP", gstin="27AAPFU0939F1ZV"
        )
        self.customer = make_customer(**party)
        self.chair = make_product(name="Chair", sale_price="1000")
        self.table = make_product(name="Table", sale_price="4000")
        self.fitting = make_product(name="Fitting", product_kind="service", unit="JOB", sale_price="500")

    def draft(self, *lines: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Body of a quotation or order; without lines: 10 chairs and 2 tables."""
        rows = lines or (
            {"product": self.chair.pk, "quantity": "10"},
            {"product": self.table.pk, "quantity": "2"},
        )
        body = {
            "company": self.company.pk,
            "party": self.customer.pk,
            "date": company_today().isoformat(),
            "lines": list(rows),
        }
        return {**body, **values}

    def stock(self, product: Any = None, quantity: Any = 100, cost: Any = "600", *, ago: int = 7) -> None:
        """Receive goods into the main warehouse, so many days ago."""
        day = company_today() - timedelta(days=ago)
        receive(self.company, product or self.chair, quantity, cost, day=day)

    def on_hand(self, product: Any = None) -> str:
        """What the stock ledger has of a product in the main warehouse."""
        row = StockRow.objects.filter(product=product or self.chair, place__code="MAIN").first()
        return f"{row.quantity.normalize():f}" if row else "0"


def in_days(days: int) -> str:
    """A day from today on, as the API takes it."""
    return (datetime.now(INDIA).date() + timedelta(days=days)).isoformat()


def day(text: str) -> date:
    return date.fromisoformat(text)
