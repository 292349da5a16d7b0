"""What stands on the paper, and who printed it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from apps.accounting.payments.statement import party_statement
from apps.accounting.printing.statement import statement_pdf
from apps.accounting.printing.taxed import invoice_print
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.documents.models import TimelineEntry
from apps.documents.services.printing import document_pdf
from tests.factories import invoicing as make
from tests.kit import pdf

pytestmark = pytest.mark.django_db
D = Decimal


def test_tax_invoice_in_three_copies(api):
    books = make.company(upi_id="shop@bank")
    party = make.customer("Sharma <b>&</b> Sons", gstin=make.GSTIN_29)
    invoice = make.invoice(company=books, party=party, post=True)
    content = api.get(f"accounting/invoices/{invoice.pk}/pdf/")
    found = pdf.texts(content)
    assert ["Original" in found[0], "Duplicate" in found[1], "Triplicate" in found[2]] == [True] * 3
    for text in ("Tax Invoice", invoice.number, "Sharma <b>&</b> Sons", make.GSTIN_29, "IGST", "118.00"):
        assert text in found[0]
    assert "One Hundred Eighteen Only" in found[0]
    assert TimelineEntry.objects.filter(target_id=invoice.pk, verb="printed").count() == 1


@pytest.mark.parametrize(
    ("company", "party", "title"),
    [
        ({"is_composition": True}, {}, "Bill of Supply"),
        ({"gstin": ""}, {}, "Invoice"),
        ({"lut_number": "L1"}, {"tax_treatment": "export"}, "Export Invoice"),
    ],
)
def test_paper_is_called_what_the_law_calls_it(administrator, company, party, title):
    invoice = make.invoice(company=make.company(**company), party=make.customer(**party), post=True)
    page = pdf.texts(document_pdf(invoice, by=administrator)[0])[0]
    assert title in page
    assert ("Taxable value" in page) == (title != "Bill of Supply")


def test_a_buyer_abroad_is_told_the_bank_but_no_upi(administrator):
    books = make.company(upi_id="shop@bank")
    line = {"product": make.product(), "quantity": D(1), "unit_price": D(100)}
    abroad = {"currency": make.currency("GBP"), "exchange_rate": D("106.35"), "lines": [line]}
    for more, told in (({}, True), (abroad, False)):
        invoice = make.invoice(company=books, party=make.customer(), post=True, **more)
        page = pdf.texts(document_pdf(invoice, by=administrator)[0])[0]
        assert ("shop@bank" in page) == told


def test_statement_of_zero_rating_speaks_the_language_of_the_paper():
    party = make.customer(tax_treatment="export")
    invoice = make.invoice(company=make.company(), party=party, post=True)
    with translation.override("hi"):
        assert "निर्यात" in invoice_print(invoice).notes
    assert "meant for export on payment" in invoice_print(invoice).notes


def test_every_document_prints(administrator):
    books, party = make.company(), make.customer()
    invoice = make.invoice(company=books, party=party, post=True)
    bill = make.bill(company=books, party=make.vendor(), post=True)
    plan = [{"invoice": invoice, "amount": "50"}]
    for document, texts in (
        (make.proforma(company=books, party=party), ("Proforma Invoice", "Not a tax invoice", "Draft")),
        (make.credit_note(invoice=invoice, post=True), ("Credit Note", invoice.number, "Goods returned")),
        (bill, ("Purchase Voucher", bill.vendor_number)),
        (make.payment(company=books, party=bill.party, amount=5), ("Payment Advice", "On account")),
    ):
        text = pdf.texts(document_pdf(document, by=administrator)[0])[0]
        assert [wanted for wanted in texts if wanted not in text] == []
    other = make.invoice(company=books, party=party, post=True)
    plan = [{"invoice": other, "amount": "50"}]
    receipt = make.receipt(company=books, party=party, amount=60, tds_amount="1", allocations=plan)
    text = pdf.texts(document_pdf(receipt, by=administrator)[0])[0]
    for wanted in ("Receipt", other.number, "On account", "11.00", "Sixty Only"):
        assert wanted in text


def test_statement_of_account_runs_from_opening_to_closing():
    books, party = make.company(), make.customer()
    today = company_today()
    old = make.invoice(company=books, party=party, date=today - timedelta(days=70), post=True)
    invoice = make.invoice(company=books, party=party, post=True)
    make.receipt(company=books, party=party, amount=100, allocations=[{"invoice": old, "amount": "100"}])
    cancelled = make.invoice(company=books, party=party, post=True)
    make.posted(cancelled, verb="cancel", reason="twice")
    statement = party_statement(party=party, company=books, start=today - timedelta(days=30), end=today)
    (part,) = statement.parts
    assert (part.opening, part.debit, part.credit, part.closing) == (D(118), D(236), D(218), D(136))
    assert [row.balance for row in part.rows] == [D(236), D(136), D(254), D(136)]
    assert part.buckets.buckets["61-90"] == D(18)
    assert part.buckets.total == part.closing
    then = party_statement(party=party, company=books, start=old.date, end=today - timedelta(days=1))
    assert then.parts[0].closing == then.parts[0].buckets.total == D(118)
    text = pdf.texts(statement_pdf(statement))[0]
    assert invoice.number in text
    assert "136.00" in text
    with pytest.raises(InvalidInput):
        party_statement(party=party, company=books, start=today, end=today - timedelta(days=1))


def test_statement_as_a_report(api, api_as, user_with):
    books, party = make.company(), make.customer()
    invoice = make.invoice(company=books, party=party, post=True)
    path = "accounting/reports/statement-of-account/"
    data = api.get(path, company=books.pk, party=party.pk)["data"]
    assert [row["balance"] for row in data["rows"]] == ["0.00", "118.00", "118.00"]
    assert data["rows"][1]["number"] == invoice.number
    assert data["balanced"] is True
    printed = api.get(path, company=books.pk, party=party.pk, format="pdf")
    assert invoice.number in pdf.texts(printed)[0]
    assert api.get(path, 400, company=books.pk)["errors"][0]["field"] == "party"
    api_as(user_with("accounting.view_invoice")).get(path, 403, company=books.pk, party=party.pk)
