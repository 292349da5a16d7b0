"""Many invoices at once: the same result as one by one, and fast."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounting.invoicing.bulk import Batched, invoice_prepare, invoices_post_many, masters_by_day
from apps.accounting.models import Invoice, InvoiceCharge, InvoiceLine
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput, Refused
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


def bulk(books, party, number, products, **values):
    values.setdefault("date", company_today())
    return Batched(
        Invoice(company=books, party=party, number=number, moves_stock=False, **values),
        [
            InvoiceLine(product_id=product.pk, quantity=D(3), unit_price=D("33.33"), discount_percent=D(5))
            for product in products
        ],
        [InvoiceCharge(charge_kind="freight", amount=D("10.00"))],
    )


def post_all(items, by):
    """As an import does it: masters together, each document worked out, all posted."""
    masters = masters_by_day(items)
    for item in items:
        invoice_prepare(item, masters[item.invoice.date])
    return invoices_post_many(items, by=by)


def test_import_posts_what_a_clerk_would_have_posted(administrator):
    books = make.company()
    party, product = make.customer(gstin=make.GSTIN_29), make.product()
    (made,) = post_all([bulk(books, party, "536389", [product])], administrator)
    imported = Invoice.objects.get(pk=made.pk)
    lines = [{"product": product, "quantity": 3, "unit_price": "33.33", "discount_percent": 5}]
    charges = [{"charge_kind": "freight", "amount": "10.00"}]
    typed = make.invoice(company=books, party=party, lines=lines, charges=charges, post=True)
    for name in ("taxable_total", "igst_total", "round_off", "grand_total", "base_total", "place_of_supply",
                 "supply_kind", "due_date", "party_name", "status", "balance_due"):  # fmt: skip
        assert getattr(imported, name) == getattr(typed, name), name
    assert entry_lines(imported) == entry_lines(typed)
    mine, theirs = imported.lines.get(), typed.lines.get()
    for field in InvoiceLine._meta.concrete_fields:
        if field.name not in ("id", "invoice"):
            assert getattr(mine, field.attname) == getattr(theirs, field.attname), field.name
    assert imported.history.count() == 1
    assert imported.number == "536389"
    party.refresh_from_db()
    assert party.billing_company_id == books.pk
    make.receipt(company=books, party=party, amount=5, allocations=[{"invoice": imported, "amount": "5"}])
    assert_balanced()
    assert_subledger_equals_control(books)


def test_foreign_invoices_take_the_rate_of_their_day(administrator):
    books = make.company(lut_number="LUT")
    today = company_today()
    make.rate("GBP", "100", today - timedelta(days=10))
    make.rate("GBP", "101.5", today - timedelta(days=2))
    party = make.customer(tax_treatment="export", currency=make.currency("GBP"))
    products = [make.product(), make.product()]
    items = [
        bulk(books, party, f"G{days}", products, date=today - timedelta(days=days)) for days in (0, 2, 3, 9)
    ]
    posted = post_all(items, administrator)
    assert [row.exchange_rate for row in posted] == [D("101.5"), D("101.5"), D(100), D(100)]
    assert_balanced()
    assert_subledger_equals_control(books)


def test_what_is_wrong_is_named_and_nothing_is_posted(administrator):
    books, other = make.company(), make.company()
    party, product = make.customer(), make.product()
    locked = make.customer()
    wrong = bulk(books, party, "A2", [product])
    wrong.lines[0].quantity = D(-1)
    bare = bulk(books, party, "A6", [])
    bare.charges = []
    fine = bulk(books, party, "A8", [product])
    fine.lines[0].unit_price = D("0.12345678")
    for item, error, field in (
        (wrong, InvalidInput, "lines.0.quantity"),
        (bare, InvalidInput, "lines"),
        (fine, InvalidInput, "lines.0.unit_price"),
        (bulk(books, party, "X" * 33, [product]), InvalidInput, "number"),
    ):
        with pytest.raises(error) as refused:
            invoice_prepare(item)
        assert refused.value.field == field
    twice = [bulk(books, party, "A1", [product]) for _ in range(2)]
    with pytest.raises(InvalidInput) as refused:
        post_all(twice, administrator)
    assert [(e.field, e.code) for e in refused.value.errors] == [("records.1.number", "duplicate")]
    post_all([bulk(books, party, "A1", [product])], administrator)
    with pytest.raises(InvalidInput):
        post_all([bulk(books, party, "A1", [product])], administrator)
    late = bulk(books, locked, "A5", [product])
    invoice_prepare(late)
    make.invoice(company=other, party=locked, post=True)
    with pytest.raises(Refused) as held, transaction.atomic():
        invoices_post_many([late], by=administrator)
    assert held.value.code == "company_locked"
    assert Invoice.objects.filter(company=books).count() == 1
    assert_subledger_equals_control(books)


def test_statements_do_not_grow_with_the_documents(administrator):
    books = make.company()
    parties = [make.customer() for _ in range(4)]
    products = [make.product() for _ in range(5)]
    post_all([bulk(books, p, f"W{p.pk}", products) for p in parties], administrator)
    counts = []
    for size in (40, 120):  # few rows go by INSERT, many by COPY
        items = [bulk(books, parties[n % 4], f"N{size}.{n}", products) for n in range(size)]
        with CaptureQueriesContext(connection) as seen:
            post_all(items, administrator)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 44
