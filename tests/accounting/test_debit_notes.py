"""Debit notes: what an invoice charged too little, taxed as the invoice was (CGST Act, section 34(3))."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.accounting.models import DebitNote
from apps.accounting.payments.open_items import OpenItem
from apps.catalog.models import TaxRate
from apps.company.selectors import company_today
from apps.documents.models import DocumentLink
from tests.factories import invoicing as make
from tests.kit import pdf
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def invoice(books):
    """10 pieces at 100.00 with IGST 18 % to Karnataka."""
    party = make.customer(gstin=make.GSTIN_29)
    lines = [{"quantity": 10, "unit_price": "100"}]
    return make.invoice(company=books, party=party, lines=lines, post=True)


def body_of(invoice, *lines, **values):
    rows = lines or (
        {"invoice_line": invoice.lines.get().pk, "quantity": "10", "unit_price": "5", "description": ""},
    )
    return {"invoice": invoice.pk, "date": company_today().isoformat(), "lines": list(rows), **values}


def made(api, invoice, *lines, **values):
    return api.post("accounting/debit-notes/", body_of(invoice, *lines, **values))["data"]


def verb(api, note, name, data=None, expect=200):
    return api.post(f"accounting/debit-notes/{note['id']}/{name}/", data or {}, expect)


def test_a_higher_price_is_charged_with_the_tax_of_the_invoice(api, books, invoice):
    note = made(api, invoice, reason="Price agreed by mail")
    assert (note["party"], note["place_of_supply"]) == (invoice.party_id, "29")
    assert (note["taxable_total"], note["igst_total"], note["grand_total"]) == ("50.00", "9.00", "59.00")
    posted = verb(api, note, "post")["data"]
    assert posted["number"].startswith("DBN/")
    assert len(posted["number"]) <= 16
    assert (posted["balance_due"], posted["payment_status"]) == ("59.00", "unpaid")
    row = DebitNote.objects.get(pk=note["id"])
    assert entry_lines(row) == {"receivable": D(59), "sales": D(-50), "igst_output": D(-9)}
    assert DocumentLink.objects.filter(target_kind="accounting.debitnote", target_id=row.pk).exists()
    assert_balanced()
    assert_subledger_equals_control(books)


def test_the_rate_is_that_of_the_day_of_the_invoice(api, books, invoice):
    """Section 34: the note corrects the supply of that day, whatever the rate has become."""
    category = invoice.lines.get().tax_category
    TaxRate.objects.filter(category=category, from_date__gt=invoice.date).delete()
    if invoice.date < company_today():  # pragma: no cover - invoices of the fixture are of today
        pytest.fail("the fixture moved")
    TaxRate.objects.update_or_create(
        category=category, from_date=date(2090, 5, 1), defaults={"gst_rate": D(28)}
    )
    note = api.post("accounting/debit-notes/", body_of(invoice, date=date(2090, 5, 1).isoformat()))["data"]
    assert note["lines"][0]["gst_rate"] == "18.000"


def test_it_is_paid_by_a_receipt_like_an_invoice(api, books, invoice):
    note = made(api, invoice)
    verb(api, note, "post")
    item = OpenItem.objects.get(source_kind="accounting.debitnote", source_id=note["id"])
    body = {
        "company": books.pk, "party": invoice.party_id, "date": company_today().isoformat(), "amount": "59",
        "mode": "bank_transfer", "allocations": [{"open_item": item.pk, "amount": "59"}],
    }  # fmt: skip
    receipt = api.post("accounting/receipts/", body)["data"]
    api.post(f"accounting/receipts/{receipt['id']}/post/", {}, 200)
    assert api.get(f"accounting/debit-notes/{note['id']}/")["data"]["payment_status"] == "paid"
    assert verb(api, note, "cancel", {"reason": "Wrong"}, 409)["errors"][0]["code"] == "in_use"
    assert_balanced()
    assert_subledger_equals_control(books)


def test_an_invoice_with_a_note_stays_until_the_note_is_cancelled(api, books, invoice):
    note = made(api, invoice)
    verb(api, note, "post")
    answer = api.post(f"accounting/invoices/{invoice.pk}/cancel/", {"reason": "Wrong"}, 409)
    assert answer["errors"][0]["code"] == "in_use"
    verb(api, note, "cancel", {"reason": "Wrong"})
    api.post(f"accounting/invoices/{invoice.pk}/cancel/", {"reason": "Wrong"}, 200)
    assert_balanced()
    assert_subledger_equals_control(books)


def test_a_service_may_be_added_to_the_invoice(api, books, invoice):
    service = make.product(product_kind="service", unit="JOB")
    note = made(api, invoice, {"product": service.pk, "quantity": "1", "unit_price": "200"})
    assert (note["taxable_total"], note["igst_total"]) == ("200.00", "36.00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": "2001-04-01"}, "date"),
        ({"lines": [{"invoice_line": 999_999, "quantity": "1", "unit_price": "5"}]}, "lines.0.invoice_line"),
        ({"lines": [{"quantity": "1", "description": "More"}]}, "lines.0.unit_price"),
        ({"lines": [{"quantity": "-1", "description": "More", "unit_price": "5"}]}, "lines.0.quantity"),
        ({"grand_total": "1"}, "grand_total"),
    ],
)
def test_wrong_notes_are_refused_by_name(api, books, invoice, change, field):
    answer = api.post("accounting/debit-notes/", {**body_of(invoice), **change}, 400)
    assert answer["errors"][0]["field"] == field
    assert not DebitNote.objects.exists()


def test_only_a_posted_invoice_is_corrected(api, books):
    draft = make.invoice(company=books, party=make.customer())
    answer = api.post("accounting/debit-notes/", body_of(draft), 400)
    assert answer["errors"][0]["code"] == "not_posted"


def test_who_may_not_post_debit_notes_is_refused(api, api_as, user_with, books, invoice):
    note = made(api, invoice)
    clerk = api_as(user_with("accounting.view_debitnote", "accounting.view_invoice"))
    verb(clerk, note, "post", expect=403)


def test_its_print_names_the_invoice_and_the_reason(api, books, invoice):
    note = made(api, invoice, reason="Price agreed by mail")
    verb(api, note, "post")
    text = pdf.texts(api.get(f"accounting/debit-notes/{note['id']}/pdf/"))[0]
    assert "Debit Note" in text
    assert invoice.number in text
    assert "Price agreed by mail" in text
    assert "59.00" in text
