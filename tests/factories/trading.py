"""A small business with a record of nearly every kind, made through the API as people make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.accounting.ledger import account_for
from apps.accounts.models import Department, Team
from apps.catalog.models import Brand, Category
from apps.company.models import Currency, CurrencyRate, FiscalYear
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.core.uow import run_in_unit_of_work
from apps.dimensions.models import CostCentre, Project
from apps.messaging.services.mail import mail_queue
from tests.factories import catalog
from tests.factories.sales import Shop, in_days
from tests.kit.clients import ApiClient
from tests.kit.files import upload


@dataclass
class Trade:
    """The shop and what was made in it, by path; each record as the API answered it."""

    api: ApiClient
    shop: Shop
    made: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last body that made a record, by path."""

    def make(self, path: str, body: dict[str, Any], *verbs: str) -> dict[str, Any]:
        """POST a record and run its verbs; its last answer."""
        self.bodies[path] = body
        record = self.api.post(f"{path}/", body)["data"]
        for verb in verbs:
            record = self.api.post(f"{path}/{record['id']}/{verb}/", {}, 200)["data"]
        self.made.setdefault(path, []).append(record)
        return record

    def follow(self, path: str, record: dict[str, Any], verb: str, made: str, body: Any = None) -> Any:
        """A verb that answers with a new draft of another kind."""
        draft = self.api.post(f"{path}/{record['id']}/{verb}/", body or {}, 201)["data"]
        self.made.setdefault(made, []).append(draft)
        return draft

    def run(self, path: str, record: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
        """A verb that answers with the same record."""
        return self.api.post(f"{path}/{record['id']}/{verb}/", body or {}, 200)["data"]


def make_trade(user: Any, host: str = "acme.localhost", mark: str = "first") -> Trade:
    """Everything from the offer to the money, each document once as a draft and once further on.

    ``mark`` is part of the names that people see.
    """
    names = {"legal_name": f"Buyer {mark} Traders", "display_name": f"Buyer {mark}"}
    shop = run_in_unit_of_work(lambda: Shop(email=f"buyer@{mark}.example", **names))
    run_in_unit_of_work(lambda: _masters(shop))
    trade = Trade(ApiClient(user, host), shop)
    _sales(trade)
    _money(trade)
    _sundries(trade)
    return trade


def _masters(shop: Shop) -> None:
    fiscal_year_open(company=shop.company, day=company_today() - timedelta(days=366))
    for product in (shop.chair, shop.table):
        shop.stock(product, 100)
    Brand.objects.create(code="ACE", name="Ace")
    Category.objects.create(code="FURN", name="Furniture")
    CostCentre.objects.create(code="CC1", name="Sales office")
    Project.objects.create(code="PR1", name="New shop", company=shop.company)
    Department.objects.create(code="DEP1", name="Sales")
    Team.objects.create(code="TEAM1", name="Counter", department=Department.objects.get(code="DEP1"))
    catalog.make_price_list("LIST", {shop.chair: [(1, 990), (10, 950)]})
    CurrencyRate.objects.create(
        currency=Currency.objects.get(code="USD"), date=company_today(), rate=Decimal("83.5")
    )


def _sales(trade: Trade) -> None:
    shop = trade.shop
    trade.make("sales/quotations", shop.draft())
    offer = trade.make("sales/quotations", shop.draft(), "send")
    order = trade.follow("sales/quotations", offer, "convert", "sales/orders")
    trade.run("sales/orders", order, "confirm")
    trade.make("sales/orders", shop.draft())
    half = trade.follow("sales/orders", order, "deliver", "sales/deliveries", _first_line(order, "4"))
    trade.run("sales/deliveries", half, "post")
    trade.follow("sales/orders", order, "deliver", "sales/deliveries")
    bill = trade.follow("sales/orders", order, "invoice", "accounting/invoices")
    trade.run("accounting/invoices", bill, "post")
    trade.run("sales/deliveries", half, "return", {"reason": "damaged"})


def _first_line(order: dict[str, Any], quantity: str) -> dict[str, Any]:
    return {"lines": [{"line": order["lines"][0]["id"], "quantity": quantity}]}


def _money(trade: Trade) -> None:
    shop = trade.shop
    goods = {"company": shop.company.pk, "party": shop.customer.pk, "date": in_days(0)}
    service = [{"product": shop.fitting.pk, "quantity": "2", "unit_price": "500"}]
    trade.make("accounting/invoices", {**goods, "lines": service})
    posted = trade.make("accounting/invoices", {**goods, "lines": service}, "post")
    trade.make("accounting/proformas", {**goods, "lines": service})
    trade.make(
        "accounting/credit-notes", {**goods, "invoice": posted["id"], "reason_code": "deficiency_in_service"}
    )
    line = {"invoice_line": posted["lines"][0]["id"], "quantity": "1", "unit_price": "5", "description": ""}
    trade.make("accounting/debit-notes", {"invoice": posted["id"], "date": in_days(0), "lines": [line]})
    last_year = FiscalYear.objects.filter(company=shop.company).order_by("start").first()
    trade.make("accounting/year-closings", {"company": shop.company.pk, "fiscal_year": last_year.pk})
    vendor = {"legal_name": "Vendor One", "display_name": "Vendor One", "is_vendor": True}
    vendor |= {"is_customer": False, "tax_treatment": "unregistered", "place_of_supply": "27"}
    seller = trade.make("parties/parties", vendor)
    bill = {**goods, "party": seller["id"], "vendor_number": "V-1", "lines": service}
    trade.make("accounting/bills", bill, "post")
    trade.make("accounting/bills", {**bill, "vendor_number": "V-2"})
    for path, party in (("accounting/receipts", shop.customer.pk), ("accounting/payments", seller["id"])):
        money = {**goods, "party": party, "mode": "upi", "amount": "100.00"}
        trade.make(path, money)
        trade.make(path, money, "post")


def _sundries(trade: Trade) -> None:
    shop, api = trade.shop, trade.api
    inward = {"company": shop.company.pk, "date": in_days(0), "lines": []}
    places = {p["code"]: p["id"] for p in api.get("inventory/places/", company=shop.company.pk)["data"]}
    inward["place"] = places["MAIN"]
    inward["lines"] = [{"product": shop.chair.pk, "quantity": "5", "unit_cost": "610"}]
    trade.make("inventory/inwards", inward)
    trade.make("inventory/inwards", inward, "post")
    expense, cash = (account_for(shop.company, role).pk for role in ("round_off", "cash"))
    lines = [{"account": expense, "debit": "50.00"}, {"account": cash, "credit": "50.00"}]
    voucher = {"company": shop.company.pk, "date": in_days(0), "narration": "Rent", "lines": lines}
    trade.make("accounting/vouchers", voucher)
    trade.make("accounting/vouchers", voucher, "post")
    target = f"sales.order:{trade.made['sales/orders'][0]['id']}"
    trade.make("documents/comments", {"target": target, "text": "Please call first"})
    api.upload("documents/attachments/", {"target": target, "file": upload("note.txt", b"Gate two")})
    mail_queue(to=["buyer@x.example"], subject="Your order", text="Thank you")
