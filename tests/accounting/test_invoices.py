"""Invoices through the real services: amounts, entries, numbers, locks, reversal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from apps.accounting.models import JournalLine, OpenItem
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.periods import period_close
from apps.core.errors import InvalidInput, Locked, Refused
from apps.documents.models import TimelineEntry
from apps.parties.services.billing import billing_company_release
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


def test_clerk_posts_an_invoice_of_118(books, administrator):
    party = make.customer()
    invoice = make.invoice(company=books, party=party, by=administrator, post=True)
    assert invoice.number.startswith("INV/")
    assert invoice.number.endswith("/0001")
    assert (invoice.taxable_total, invoice.cgst_total, invoice.sgst_total) == (D(100), D(9), D(9))
    assert (invoice.grand_total, invoice.balance_due, invoice.payment_status) == (D(118), D(118), "unpaid")
    assert entry_lines(invoice) == {
        "receivable": D(118), "sales": D(-100), "cgst_output": D(-9), "sgst_output": D(-9),
    }  # fmt: skip
    assert OpenItem.objects.get().open_base == D(118)
    assert JournalLine.objects.filter(party=party).count() == 1
    assert_balanced()
    assert_subledger_equals_control(books)


def test_tax_inclusive_price_is_kept_to_the_paisa(books):
    """C5: 50.00 with 5 % inside a state."""
    item = make.product(tax_category="GST5")
    invoice = make.invoice(
        company=books,
        party=make.customer(),
        prices_include_tax=True,
        lines=[{"product": item, "unit_price": "50"}],
        post=True,
    )
    line = invoice.lines.get()
    assert (line.taxable_value, line.cgst, line.sgst) == (D("47.62"), D("1.19"), D("1.19"))
    assert invoice.grand_total == D("50.00")
    assert_balanced()


@pytest.mark.parametrize(("rounding", "tax"), [("per_line", D("1.50")), ("per_document", D("1.51"))])
def test_company_chooses_where_tax_is_rounded(rounding, tax):
    """C4: three lines of 10.05 at 5 %, across states."""
    books = make.company(tax_rounding=rounding, round_to_rupee=False)
    item = make.product(tax_category="GST5")
    party = make.customer(state="29")
    lines = [{"product": item, "unit_price": "10.05"}] * 3
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    assert invoice.igst_total == tax
    assert sum(line.igst for line in invoice.lines.all()) == tax
    assert entry_lines(invoice)["igst_output"] == -tax


def test_shadow_line_discount_charge_and_round_off(books):
    item, other = make.product(), make.product()
    invoice = make.invoice(
        company=books,
        party=make.customer(),
        discount_amount=D("10"),
        lines=[
            {"product": item, "quantity": 3, "unit_price": "33.33", "discount_percent": 10},
            {"product": other, "quantity": 5, "unit_price": "1000", "shadow": True},
        ],
        charges=[{"charge_kind": "freight", "amount": "50"}],
        post=True,
    )
    billed, shown = invoice.lines.all()
    assert (billed.gross_value, billed.discount_value, billed.taxable_value) == (
        D("99.99"),
        D("20.00"),
        D("79.99"),
    )
    assert (shown.line_total, shown.cgst, shown.taxable_value) == (0, 0, 0)
    assert invoice.charges.get().gst_rate == D("18.000")
    assert (invoice.taxable_total, invoice.cgst_total) == (D("129.99"), D("11.70"))
    assert (invoice.round_off, invoice.grand_total) == (D("-0.39"), D("153.00"))
    assert entry_lines(invoice) == {
        "receivable": D(153), "sales": D("-79.99"), "freight_income": D("-50"), "cgst_output": D("-11.70"),
        "sgst_output": D("-11.70"), "round_off": D("0.39"),
    }  # fmt: skip
    assert_balanced()


def test_export_in_pounds_under_lut_balances_in_rupees():
    books = make.company(lut_number="AD270326000001X")
    make.rate("GBP", "107.123457")
    party = make.customer(tax_treatment="export", currency=make.currency("GBP"))
    lines = [{"product": make.product(), "quantity": 7, "unit_price": p} for p in ("0.85", "1.65", "4.95")]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    assert (invoice.supply_kind, invoice.place_of_supply) == ("export_lut", "96")
    assert (invoice.igst_total, invoice.round_off, invoice.grand_total) == (0, 0, D("52.15"))
    assert invoice.base_total == D("5586.49")
    assert entry_lines(invoice) == {"receivable": D("5586.49"), "sales_export": D("-5586.49")}
    assert_balanced()
    assert_subledger_equals_control(books)


def test_export_with_payment_of_tax_bears_igst():
    books = make.company()
    make.rate("USD", "80")
    party = make.customer(tax_treatment="export", currency=make.currency("USD"))
    lines = [{"product": make.product(), "unit_price": "33.33"}]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    assert (invoice.supply_kind, invoice.igst_total) == ("export_with_payment", D("6.00"))
    assert entry_lines(invoice) == {
        "receivable": D("3146.40"), "sales_export": D("-2666.40"), "igst_output": D("-480.00"),
    }  # fmt: skip


def test_currency_without_a_rate_is_refused(books):
    party = make.customer(tax_treatment="export", currency=make.currency("AED"))
    with pytest.raises(InvalidInput) as refused:
        make.invoice(company=books, party=party)
    assert refused.value.field == "exchange_rate"


def test_composition_company_issues_a_bill_of_supply():
    books = make.company(is_composition=True)
    invoice = make.invoice(company=books, party=make.customer(), post=True)
    assert (invoice.tax_total, invoice.grand_total) == (0, D(100))


def test_reverse_charge_shows_tax_and_charges_none(books):
    party = make.customer(gstin=make.GSTIN_29)
    invoice = make.invoice(company=books, party=party, reverse_charge=True, post=True)
    assert (invoice.igst_total, invoice.grand_total) == (D(18), D(100))
    assert entry_lines(invoice) == {"receivable": D(100), "sales": D(-100)}


def test_sez_unit_of_the_same_state_bears_igst(books):
    party = make.customer(gstin=make.GSTIN_27, tax_treatment="sez")
    invoice = make.invoice(company=books, party=party)
    assert (invoice.supply_kind, invoice.igst_total, invoice.cgst_total) == ("sez_with_payment", D(18), 0)


def test_sale_to_an_sez_within_one_state_is_refused_and_its_notes_go_as_the_invoice_went(books):
    party = make.customer(gstin=make.GSTIN_27)
    invoice = make.invoice(company=books, party=party, post=True)
    party.tax_treatment = "sez"  # the customer moved into the zone
    party.save()
    with pytest.raises(InvalidInput) as refused:
        make.invoice(company=books, party=party, supply_kind="domestic")
    assert [(e.field, e.code) for e in refused.value.errors] == [("supply_kind", "sez")]
    assert make.credit_note(invoice=invoice, post=True).cgst_total == D(9)


def test_export_is_supplied_outside_india_whoever_the_customer_is(books):
    party = make.customer(gstin=make.GSTIN_27)
    assert make.invoice(company=books, party=party, supply_kind="export_lut").place_of_supply == "96"
    with pytest.raises(InvalidInput) as refused:
        make.invoice(company=books, party=party, supply_kind="export_lut", place_of_supply="27")
    assert [(e.field, e.code) for e in refused.value.errors] == [("place_of_supply", "export")]


def test_numbers_are_given_at_posting_without_gaps(books):
    """C14."""
    party = make.customer()
    first, second = (make.invoice(company=books, party=party) for _ in range(2))
    second = make.posted(second)
    assert (first.number, second.number[-4:]) == ("", "0001")
    first.delete()
    third = make.invoice(company=books, party=party, post=True)
    assert third.number[-4:] == "0002"
    cancelled = make.posted(second, verb="cancel", reason="twice")
    assert (cancelled.number, cancelled.status) == (second.number, "cancelled")
    last_year = make.invoice(company=books, party=party, post=True, date=date(2026, 3, 31))
    assert last_year.number == "INV/25-26/0001"
    assert make.invoice(company=books, party=party, post=True).number[-4:] == "0003"


def test_invoice_of_march_cancelled_after_its_close_leaves_march_alone(books, administrator):
    """C2: the reversal is dated today, March doesn't move by a paisa."""
    party = make.customer()
    invoice = make.invoice(company=books, party=party, post=True, date=date(2026, 3, 28))
    march = Period.objects.get(company=books, start=date(2026, 3, 1))
    period_close(period=march, hard=True, by=administrator)
    before = _total_until(books, date(2026, 3, 31))
    cancelled = make.posted(invoice, verb="cancel", reason="wrong")
    assert cancelled.reversal_entry.date == company_today()
    assert cancelled.reversal_entry.reversal_of_id == cancelled.journal_entry_id
    assert _total_until(books, date(2026, 3, 31)) == before
    assert cancelled.balance_due == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def _total_until(company, day):
    lines = JournalLine.objects.filter(company=company, date__lte=day)
    return {row["account_id"]: row["t"] for row in lines.values("account_id").annotate(t=Sum("base_amount"))}


def test_closed_period_refuses_and_takes_no_number(books, administrator):
    party = make.customer()
    draft = make.invoice(company=books, party=party, date=date(2026, 3, 28))
    period_close(
        period=Period.objects.get(company=books, start=date(2026, 3, 1)), hard=False, by=administrator
    )
    with pytest.raises(Locked), transaction.atomic():
        make.posted(draft)
    assert make.posted(draft, by=administrator, reason="auditor agreed").number[-4:] == "0001"


def test_second_company_is_refused_until_released(books, administrator):
    party = make.customer()
    other = make.company()
    draft = make.invoice(company=other, party=party)
    make.invoice(company=books, party=party, post=True)
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(draft)
    assert (refused.value.code, refused.value.field) == ("company_locked", "company")
    assert str(books) in refused.value.detail
    party.refresh_from_db()
    with pytest.raises(Refused):
        make.invoice(company=other, party=party)
    billing_company_release(party=party, reason="moved to the sister firm", by=administrator)
    assert make.posted(draft).status == "posted"
    assert "sister firm" in party.history.exclude(history_change_reason=None).first().history_change_reason


def test_credit_limit_holds_warns_or_lets_pass(books, user_with):
    clerk = user_with("accounting.post_invoice", "accounting.view_invoice")
    held = make.customer(credit_limit=D(200))
    make.invoice(company=books, party=held, post=True)
    draft = make.invoice(company=books, party=held)
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(draft, by=clerk)
    assert refused.value.code == "credit_limit"
    make.receipt(company=books, party=held, amount=100)
    assert make.posted(draft, by=clerk).status == "posted"
    chief = user_with("accounting.exceed_credit_limit", "accounting.post_invoice", "accounting.view_invoice")
    more = make.invoice(company=books, party=held)
    with pytest.raises(Refused), transaction.atomic():
        make.posted(more, by=chief)
    assert make.posted(more, by=chief, reason="the director called").status == "posted"
    warned = make.customer(credit_limit=D(1), credit_policy="warn")
    invoice = make.invoice(company=books, party=warned, post=True)
    assert TimelineEntry.objects.filter(target_id=invoice.pk, verb="credit_warning").count() == 1


def test_tampering_with_a_posted_invoice_is_refused_by_the_database(books):
    invoice = make.invoice(company=books, party=make.customer(), post=True)
    for sql in (
        "UPDATE accounting_invoice SET grand_total = 1, taxable_total = 1, cgst_total = 0, sgst_total = 0",
        "UPDATE accounting_invoice SET number = 'INV/26-27/9999'",
        "UPDATE accounting_invoice SET status = 'draft'",
        "UPDATE accounting_invoiceline SET unit_price = 1",
        "DELETE FROM accounting_invoiceline",
        "DELETE FROM accounting_invoice",
        "INSERT INTO accounting_invoiceline SELECT (jsonb_populate_record(l, '{\"id\": 999999}')).* "
        "FROM accounting_invoiceline l",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounting_invoice SET notes = 'called', owner_id = NULL")
    draft = make.invoice(company=books, party=invoice.party)
    draft.delete()


def test_negative_amounts_are_refused_by_the_database_too(books):
    make.invoice(company=books, party=make.customer())
    for column in ("quantity", "unit_price", "taxable_value", "line_total"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounting_invoiceline SET {column} = -1")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounting_invoice SET grand_total = 1")


def test_proforma_has_its_own_series_and_posts_nothing(books):
    draft = make.proforma(company=books, party=make.customer())
    issued = make.posted(draft)
    assert issued.number.startswith("PI/")
    assert JournalLine.objects.count() == 0
    assert make.posted(issued, verb="cancel", reason="order fell through").status == "cancelled"
