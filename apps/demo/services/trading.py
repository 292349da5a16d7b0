"""The planned year goes through the services: goods, bills, invoices, orders, money, vouchers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.accounting.invoicing.bulk import Batched, invoice_prepare, masters_by_day
from apps.accounting.ledger import account_for
from apps.accounting.models import Bill, Invoice, InvoiceCharge, InvoiceLine
from apps.accounting.services.opening import OpeningRow, opening_trial_balance_post
from apps.catalog.models import TaxCategory
from apps.core.actor import acting_as
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.demo.services.makers import draft_make, posted_make
from apps.demo.services.plan import SEED, Plan, Purchase, Sale
from apps.documents.lifecycle import transition_run
from apps.inventory.models import Inward
from apps.sales.models import Order, Quotation
from apps.sales.services.bulk import direct_invoices_post_many

Say = Callable[[str], None]


@dataclass
class People:
    """Who does what; each document is kept by the one whose work it is."""

    administrator: Any
    accounts: Any
    managers: dict[int, Any]  # department → who leads its selling; they see nothing of each other
    seller: Any
    stores: Any

    def manager_of(self, seller: Any) -> Any:
        return self.managers[seller.department_id]


@dataclass
class Books:
    """What the year of one company has made so far."""

    company: Any
    people: People
    plan: Plan
    invoices: list[Any] = field(default_factory=list)
    bills: list[Any] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{SEED} {self.company.code}")  # noqa: S311 - a demo, the same each time


def trade_run(books: Books, say: Say) -> None:
    """Buying and selling in the order of days, so that stock is there when it is sold."""
    steps = [(item.day, 0, index, item) for index, item in enumerate(books.plan.purchases)]
    steps += [(item.day, 1, index, item) for index, item in enumerate(books.plan.sales)]
    waiting: list[Sale] = []
    month = ""
    for day, _order, _index, item in sorted(steps, key=lambda step: step[:3]):
        if f"{day:%B %Y}" != month:
            month = f"{day:%B %Y}"
            say(month)
        if isinstance(item, Sale) and item.way == "direct":
            waiting.append(item)
            continue
        _invoices(books, waiting)
        waiting = []
        if isinstance(item, Purchase):
            _purchase(books, item)
        else:
            _flow(books, item)
    _invoices(books, waiting)


# --- buying ---------------------------------------------------------------------------------------


def _purchase(books: Books, item: Purchase) -> None:
    company, people = books.company, books.people
    rows = [
        {"product": product, "quantity": quantity, "unit_cost": cost} for product, quantity, cost in item.rows
    ]

    def receive() -> Any:
        with acting_as(people.stores):
            return posted_make(
                Inward,
                by=people.stores,
                company=company,
                date=item.day,
                party=item.vendor,
                inward_kind="opening" if item.opening else "receipt",
                reference="" if item.opening else f"CH-{books.chance.randint(1000, 9999)}",
                children={"lines": rows},
            )

    made = run_in_unit_of_work(receive)
    if item.opening:
        run_in_unit_of_work(lambda: _opening(books, company, made))
    else:
        run_in_unit_of_work(lambda: _bill(books, company, item))


def _opening(books: Books, company: Any, made: Inward) -> None:
    """The books begin with the stock and the owner's money in it, so that opening equity is nothing."""
    rows = [
        OpeningRow(account_for(company, "stock"), debit=made.total_value),
        OpeningRow(account_for(company, "capital"), credit=made.total_value),
    ]
    with acting_as(books.people.accounts):
        opening_trial_balance_post(company=company, date=made.date, rows=rows, by=books.people.accounts)


def _bill(books: Books, company: Any, item: Purchase) -> None:
    day = min(item.day + timedelta(days=books.chance.randint(1, 6)), books.plan.last)
    lines = [
        {"product": product, "quantity": quantity, "unit_price": cost}
        for product, quantity, cost in item.rows
    ]
    with acting_as(books.people.accounts):
        books.bills.append(
            posted_make(
                Bill,
                by=books.people.accounts,
                company=company,
                party=item.vendor,
                date=day,
                vendor_date=item.day,
                vendor_number=f"{item.vendor.display_name[:3].upper()}/{books.chance.randint(200, 9800)}",
                children={"lines": lines},
            )
        )


# --- selling --------------------------------------------------------------------------------------


def _invoices(books: Books, sales: list[Sale]) -> None:
    """Direct invoices with their deliveries, all at once."""
    if sales:
        run_in_unit_of_work(lambda: _batch_post(books, sales))


def _batch_post(books: Books, sales: list[Sale]) -> None:
    batch = [_batched(books, sale) for sale in sales]
    masters = masters_by_day(batch)
    for item in batch:
        invoice_prepare(item, masters[item.invoice.date])
    with acting_as(books.people.accounts):
        books.invoices += direct_invoices_post_many(batch, by=books.people.accounts)


def _batched(books: Books, sale: Sale) -> Batched:
    owner = sale.party.salesperson
    invoice = Invoice(
        company=books.company,
        party=sale.party,
        date=sale.day,
        po_reference=sale.reference,
        owner=owner,
        department_id=owner.department_id if owner else None,
        terms=setting("accounting.invoice_terms", books.company.pk),
    )
    lines = [
        InvoiceLine(
            invoice=invoice,
            product=line.product,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_percent=line.discount,
        )
        for line in sale.lines
    ]
    charges = [InvoiceCharge(invoice=invoice, position=1, amount=sale.freight)] if sale.freight else []
    return Batched(invoice, lines, charges)


def _flow(books: Books, sale: Sale) -> None:
    """Quotation to order to delivery to invoice; open work stops before the end."""
    run_in_unit_of_work(lambda: _flow_run(books, sale))


def _flow_run(books: Books, sale: Sale) -> None:
    people, seller = books.people, sale.party.salesperson or books.people.seller
    quotation = _quotation(books, sale, seller)
    if sale.way == "draft":
        return
    manager = people.manager_of(seller)
    with acting_as(seller):
        transition_run(quotation, "send", by=seller)
        if sale.way == "offer":
            return
        transition_run(quotation, "accept", by=seller, data={"name": f"{sale.party.display_name}"})
        order = transition_run(quotation, "convert", by=seller, data={"date": sale.day.isoformat()})
    if sale.way == "begun":
        return
    with acting_as(manager):
        transition_run(order, "confirm", by=manager)
        if sale.way == "open":
            return
    deliver_and_bill(books, order, sale.day, manager)


def deliver_and_bill(books: Books, order: Order, day: date, manager: Any) -> None:
    """The stores deliver all of an order, the manager has it billed, the accountant posts."""
    people = books.people
    when = min(day + timedelta(days=2), books.plan.last).isoformat()
    with acting_as(people.stores):
        delivery = transition_run(order, "deliver", by=people.stores, data={"date": day.isoformat()})
        transition_run(delivery, "post", by=people.stores)
    with acting_as(manager):
        invoice = transition_run(order, "invoice", by=manager, data={"date": when})
    with acting_as(people.accounts):
        books.invoices.append(transition_run(invoice, "post", by=people.accounts))


def _quotation(books: Books, sale: Sale, seller: Any) -> Quotation:
    rows = [
        {
            "product": line.product,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount_percent": line.discount,
        }
        for line in sale.lines
    ]
    with acting_as(seller):
        return draft_make(
            Quotation,
            by=seller,
            company=books.company,
            party=sale.party,
            date=sale.day,
            valid_until=books.plan.last + timedelta(days=30),
            po_reference=sale.reference,
            children={"lines": rows},
        )


def invoice_drafts(books: Books, count: int) -> None:
    """Some invoices that somebody began today and hasn't posted."""
    taxes = TaxCategory.objects.get(code="GST18")
    sources = [sale for sale in books.plan.sales if sale.way == "direct"][-count:]
    for sale in sources:
        with acting_as(books.people.accounts):
            rows = [
                {"product": line.product, "quantity": line.quantity, "unit_price": line.unit_price}
                for line in sale.lines
            ]
            rows.append(
                {"description": "Site visit", "quantity": Decimal(1), "unit_price": Decimal(500),
                 "tax_category": taxes, "hsn": "998719"}
            )  # fmt: skip
            run_in_unit_of_work(
                lambda sale=sale, rows=rows: draft_make(  # type: ignore[misc]  # default binds them
                    Invoice,
                    by=books.people.accounts,
                    company=books.company,
                    party=sale.party,
                    date=books.plan.last,
                    children={"lines": rows},
                )
            )
