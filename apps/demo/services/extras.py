"""The less usual in the demo: a kit that is sold, prices that were charged too low, the last year closed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import F

from apps.accounting.closing.services import results_of
from apps.accounting.models import DebitNote, YearClosing
from apps.catalog.models import KitComponent, Product
from apps.company.models import FiscalYear
from apps.core.actor import acting_as
from apps.core.money import round_money
from apps.core.uow import run_in_unit_of_work
from apps.demo.services.makers import draft_make, posted_make
from apps.demo.services.trading import Books, deliver_and_bill
from apps.documents.lifecycle import transition_run
from apps.inventory.models import StockRow
from apps.sales.models import Order

KITS, PER_KIT = Decimal(3), Decimal(2)


def kit_sale(books: Books) -> None:
    """Two products sold as one set: ordered, delivered from their own stock, billed as one line."""
    run_in_unit_of_work(lambda: _kit_sale(books))


def _kit_sale(books: Books) -> None:
    company = books.company
    free = StockRow.objects.filter(
        company=company,
        place__code="MAIN",
        product__tracking="none",
        quantity__gte=F("reserved") + KITS * PER_KIT,
    ).select_related("product")
    parts = [row.product for row in free.order_by("-quantity", "product_id")[:2]]
    sale = next(iter(reversed(books.plan.sales)), None)
    if len(parts) < 2 or sale is None:
        return
    kit = _kit_make(parts)
    people, day = books.people, books.plan.last - timedelta(days=3)
    seller = sale.party.salesperson or people.seller
    rows = [{"product": kit, "quantity": KITS, "unit_price": kit.sale_price}]
    with acting_as(seller):
        order = draft_make(
            Order, by=seller, company=company, party=sale.party, date=day, children={"lines": rows}
        )
    manager = people.manager_of(seller)
    with acting_as(manager):
        transition_run(order, "confirm", by=manager)
    deliver_and_bill(books, order, day, manager)


def _kit_make(parts: list[Product]) -> Product:
    first = parts[0]
    kit = Product(
        code="SET-001",
        name=f"Set of {first.name} and {parts[1].name}"[:200],
        product_kind="kit",
        hsn=first.hsn,
        unit=first.unit,
        tax_category=first.tax_category,
        category=first.category,
        sale_price=round_money(
            sum((part.sale_price for part in parts), Decimal(0)) * PER_KIT * Decimal("0.95")
        ),
    )
    kit.full_clean()
    kit.save()
    KitComponent.objects.bulk_create(
        [KitComponent(kit=kit, component=part, quantity=PER_KIT) for part in parts]
    )
    return kit


def debit_notes(books: Books, count: int) -> None:
    """Prices that were agreed higher than billed, charged afterwards."""
    recent = sorted(books.invoices, key=lambda row: (row.date, row.pk))[-count * 6 :: 6]
    by = books.people.accounts
    for invoice in recent:
        line = invoice.lines.order_by("position").first()
        more = round_money(line.unit_price * Decimal("0.03")) or Decimal("0.05")
        row = {"invoice_line": line, "quantity": line.quantity, "unit_price": more}
        values = {
            "invoice": invoice, "company": invoice.company, "party": invoice.party,
            "date": max(books.plan.last, invoice.date), "reason": "Old price list was used",
            "children": {"lines": [row]},
        }  # fmt: skip

        def work(values: dict[str, object] = values) -> None:
            with acting_as(by):
                posted_make(DebitNote, by=by, **values)

        run_in_unit_of_work(work)


def years_close(books: Books) -> None:
    """Fiscal years that ended within the demo are closed."""
    years = FiscalYear.objects.filter(company=books.company, end__lt=books.plan.last)
    for year in years.select_related("company").order_by("company_id", "end"):
        if results_of(year.company_id, year.end):
            run_in_unit_of_work(lambda year=year: _close(books, year))  # type: ignore[misc]  # mypy infers no lambda with a default


def _close(books: Books, year: FiscalYear) -> None:
    by = books.people.accounts
    with acting_as(by):
        draft = draft_make(YearClosing, by=by, children={}, company=year.company, fiscal_year=year)
        transition_run(draft, "close", by=by)
