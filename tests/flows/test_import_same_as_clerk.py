"""Invoices of one file through the import's bulk door, and the same typed one by one: equal books."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounting.models import Invoice, JournalEntry, JournalLine, OpenItem
from apps.company.models import Company
from apps.core.actor import acting_as
from apps.core.uow import run_in_unit_of_work
from apps.datatools.services.imports import import_start
from apps.documents.models import DocumentLink, TimelineEntry
from apps.inventory.models import StockConsumption, StockDay, StockLayer, StockMove, StockRow
from apps.runtime.models import OutboxEvent
from apps.sales.models import Delivery
from tests.factories import catalog, invoicing
from tests.factories.inventory import receive, stock_company
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
START, COUNT, LINES = date(2026, 11, 5), 45, 3
OWN = (
    "id", "company", "party", "party_name", "billing_address", "shipping_address", "search_text", "version",
    "created_at", "updated_at", "open_item", "journal_entry", "invoice", "delivery", "owner", "department",
    "team", "place",
)  # fmt: skip
"""Columns that name the company, the party or the row itself."""


@pytest.fixture
def products() -> list[Any]:
    made = [catalog.make_product(f"S-{n}", valuation_method=method)
            for n, method in enumerate(("moving_average", "fifo", "moving_average", "fifo"))]  # fmt: skip
    service = catalog.make_product("S-9", product_kind="service", hsn="998599")
    return [*made, service]


def books(products: list[Any], name: str) -> tuple[Company, list[Any]]:
    """A company with goods bought twice at different prices, and its two customers."""
    company = stock_company()
    for product in products[:4]:
        for quantity, cost in ((60, "41.37"), (400, "44.10")):
            run_in_unit_of_work(
                lambda p=product, q=quantity, c=cost: receive(company, p, q, c, day=START - timedelta(days=2))
            )
    parties = [
        invoicing.customer(f"{name} {word}", state=state) for word, state in (("One", "27"), ("Two", "29"))
    ]
    return company, parties


def plan(products: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "date": START + timedelta(days=n // 10),
            "party": n % 2,
            "lines": [
                {
                    "product": products[(n + k) % 5],
                    "quantity": Decimal(1 + (n * 3 + k) % 7),
                    "unit_price": Decimal("99.95") + n + k,
                    "discount_percent": Decimal(k * 5),
                }
                for k in range(LINES)
            ],
        }
        for n in range(COUNT)
    ]


def as_file(invoices: list[dict[str, Any]], parties: list[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "date", "party", "lines/product", "lines/quantity", "lines/unit_price",
                     "lines/discount_percent"])  # fmt: skip
    for n, item in enumerate(invoices):
        for line in item["lines"]:
            name, code = parties[item["party"]].display_name, line["product"].code
            numbers = (line["quantity"], line["unit_price"], line["discount_percent"])
            writer.writerow([f"F{n:03d}", item["date"], name, code, *numbers])
    return out.getvalue().encode()


def columns(row: Any, *more: str) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in (*OWN, *more)
    }


def entries(company: Company) -> list[Any]:
    """Every entry by what it is of, with its lines; numbers of entries follow the order of posting."""
    numbers = dict(Invoice.objects.filter(company=company).values_list("pk", "number"))
    deliveries = dict(Delivery.objects.filter(company=company).values_list("pk", "invoice__number"))
    found = []
    for entry in JournalEntry.objects.filter(company=company).exclude(source_kind="tests.goods"):
        source = numbers.get(entry.source_id) if entry.source_kind == "accounting.invoice" else None
        source = source or deliveries[entry.source_id]
        lines = [
            (line.position, line.account.code, line.base_amount, line.currency_id, line.amount, line.tax_role,
             line.quantity, line.description, line.party_id is not None, line.cost_centre_id, line.project_id)
            for line in JournalLine.objects.filter(entry=entry).select_related("account").order_by("position")
        ]  # fmt: skip
        key = (source, entry.source_kind, entry.purpose)
        found.append((*key, entry.date, entry.total, entry.exchange_rate, entry.posted_by, lines))
    return sorted(found, key=lambda item: item[:3])


def stock(company: Company) -> dict[str, Any]:
    moves = StockMove.objects.filter(company=company).select_related("product").order_by("id")
    days = StockDay.objects.filter(row__company=company).order_by("row__product__code", "date")
    layers = StockLayer.objects.filter(row__company=company).order_by("row__product__code", "id")
    used = StockConsumption.objects.filter(move__company=company).order_by("id")
    rows = StockRow.objects.filter(company=company).order_by("product__code")
    return {
        "moves": [
            (m.product.code, m.movement_kind, m.date, m.quantity, m.value, m.counter_value, m.exact_cost,
             m.unit_cost, m.purpose, m.position, m.actor_name)
            for m in moves
        ],
        "days": list(days.values_list("row__product__code", "date", "quantity", "value", "true_value")),
        "layers": list(layers.values_list("row__product__code", "date", "quantity", "left")),
        "used": list(used.values_list("move__product__code", "date", "quantity")),
        "rows": list(rows.values_list("product__code", "quantity", "reserved", "value", "last_move_on")),
    }  # fmt: skip


def documents(company: Company) -> dict[str, Any]:
    invoices = Invoice.objects.filter(company=company).order_by("number")
    deliveries = Delivery.objects.filter(company=company).order_by("number")
    links = DocumentLink.objects.filter(source_kind="accounting.invoice", source_id__in=invoices.values("pk"))
    posted = TimelineEntry.objects.filter(
        target_kind="accounting.invoice", target_id__in=invoices.values("pk")
    )
    return {
        "invoices": [columns(row, "po_reference") for row in invoices],
        "lines": [[columns(line) for line in row.lines.order_by("position")] for row in invoices],
        "deliveries": [(columns(row), row.invoice.number) for row in deliveries],
        "delivered": [
            [(line.position, line.product_id, line.quantity, line.base_quantity, line.unit_id)
             for line in row.lines.order_by("position")]
            for row in deliveries
        ],
        "items": list(
            OpenItem.objects.filter(company=company).order_by("number").values_list(
                "number", "side", "account__code", "date", "due_date", "amount", "base_amount", "open_amount",
                "open_base", "status",
            )
        ),
        "links": links.count(),
        "timeline": posted.filter(verb="post").count(),
    }  # fmt: skip


def _as_last_written(row: Any) -> bool:
    """The newest history row equals the record and names the user."""
    last = row.history.latest()
    names = [
        field.attname for field in last.instance_type._meta.concrete_fields if hasattr(last, field.attname)
    ]
    return last.actor_label != "" and all(
        getattr(last, name) == getattr(row, name) for name in names if name != "updated_at"
    )


def events(company: Company, names: set[str]) -> list[tuple[str, int]]:
    """How often each event of this company's documents waits in the outbox."""
    counts = dict.fromkeys(names, 0)
    ids = {str(pk) for pk in Invoice.objects.filter(company=company).values_list("pk", flat=True)}
    for event in OutboxEvent.objects.filter(name__in=names):
        if str(event.payload.get("invoice_id") or event.payload.get("document_id")) in ids:
            counts[event.name] += 1
    return sorted(counts.items())


def test_the_bulk_door_makes_the_books_of_the_ordinary_one(administrator, products):
    imported, customers = books(products, "Bulk")
    typed, others = books(products, "Typed")
    wanted = plan(products)
    with acting_as(administrator):
        run = import_start(
            target_key="sales/posted-invoices",
            content=as_file(wanted, customers),
            file_name="sales.csv",
            mapping={},
            options={"company": imported.code, "date_format": "%Y-%m-%d"},
            mode="all_or_nothing",
            dry_run=False,
            by=administrator,
        )
        assert (run.created_count, run.errors) == (COUNT, [])
        for item in wanted:
            invoicing.invoice(
                company=typed, party=others[item["party"]], date=item["date"], lines=item["lines"],
                moves_stock=True, post=True, by=administrator,
            )  # fmt: skip
    assert entries(imported) == entries(typed)
    one, other = stock(imported), stock(typed)
    for name, rows in one.items():
        assert rows == other[name], name
    one, other = documents(imported), documents(typed)
    for name, rows in one.items():
        assert rows == other[name], name
    for model in (Invoice, Delivery):
        assert all(_as_last_written(row) for row in model.objects.filter(company=imported))
    names = set(OutboxEvent.objects.filter(name__startswith="invoice").values_list("name", flat=True))
    assert events(imported, names) == events(typed, names)
    assert_balanced()
    for company in (imported, typed):
        assert_subledger_equals_control(company)
        assert_stock_equals_ledger(company)
