"""Credit notes: to the paisa, never beyond what was billed, routed as the invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from apps.accounting.models import CreditNote
from apps.core.errors import InvalidInput, Refused
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


def test_three_pieces_given_back_one_by_one_add_up(books):
    """C25: 100.00 for 3 pieces: 33.33, 33.34, 33.33; nothing is left, nothing is too much."""
    item = make.product(tax_category="EXEMPT")
    lines = [{"product": item, "quantity": 3, "unit_price": "33.333333"}]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    assert invoice.grand_total == D(100)
    notes = [
        make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 1}], post=True)
        for _ in range(3)
    ]
    assert [note.grand_total for note in notes] == [D("33.33"), D("33.34"), D("33.33")]
    invoice.refresh_from_db()
    assert (invoice.balance_due, invoice.payment_status) == (0, "paid")
    with pytest.raises(Refused) as refused:
        make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 1}])
    assert (refused.value.code, refused.value.field) == ("over_credit", "lines.0.quantity")
    assert_balanced()
    assert_subledger_equals_control(books)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_notes_of_an_invoice_that_was_rounded_down_never_give_back_more_than_its_total(books, order):
    items = [make.product(tax_category="EXEMPT"), make.product(tax_category="EXEMPT")]
    lines = [
        {"product": item, "quantity": 1, "unit_price": price}
        for item, price in zip(items, ("100.20", "0.20"), strict=True)
    ]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    assert (invoice.round_off, invoice.grand_total) == (D("-0.40"), D(100))
    back = []
    for place in order:
        one = [{"product": items[place], "quantity": 1, "invoice_line": invoice.lines.all()[place]}]
        note = make.credit_note(invoice=invoice, lines=one, post=True)
        back.append((note.round_off, note.grand_total))
    first = [(D("-0.20"), D(100)), (D("-0.20"), D(0))]
    assert back == (first if order == (0, 1) else [(D(0), D("0.20")), (D("-0.40"), D("99.80"))])
    invoice.refresh_from_db()
    assert invoice.balance_due == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def test_whole_invoice_is_mirrored_with_charge_discount_and_rounding(books):
    invoice = make.invoice(
        company=books,
        party=make.customer(gstin=make.GSTIN_29),
        discount_amount=D("7.77"),
        lines=[{"quantity": 3, "unit_price": "33.33"}, {"quantity": 2, "unit_price": "10.10"}],
        charges=[{"charge_kind": "freight", "amount": "12.34"}],
        post=True,
    )
    note = make.credit_note(invoice=invoice, post=True)
    for name in ("taxable_total", "igst_total", "round_off", "grand_total", "place_of_supply"):
        assert getattr(note, name) == getattr(invoice, name), name
    mirrored = entry_lines(note)
    assert mirrored.pop("sales_return") == -entry_lines(invoice).pop("sales")
    invoice.refresh_from_db()
    assert invoice.balance_due == 0
    assert note.number.startswith("CRN/")
    with pytest.raises(InvalidInput):
        make.posted(make.credit_note(invoice=invoice))
    assert_balanced()
    assert_subledger_equals_control(books)


def test_last_partial_note_takes_the_rounding(books):
    item = make.product()
    lines = [{"product": item, "quantity": 3, "unit_price": "33.33"}]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    assert invoice.round_off == D("0.01")
    first = make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 1}], post=True)
    last = make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 2}], post=True)
    assert (first.round_off, last.round_off) == (0, D("0.01"))
    assert first.grand_total + last.grand_total == invoice.grand_total
    assert first.cgst_total + last.cgst_total == invoice.cgst_total
    assert_subledger_equals_control(books)


def test_lower_price_gives_back_money_and_leaves_the_pieces(books):
    item = make.product()
    lines = [{"product": item, "quantity": 10, "unit_price": "100"}]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    rebate = make.credit_note(
        invoice=invoice,
        reason_code="post_sale_discount",
        lines=[{"product": item, "quantity": 10, "unit_price": "5"}],
        post=True,
    )
    assert (rebate.taxable_total, rebate.cgst_total, rebate.grand_total) == (D(50), D("4.50"), D(59))
    rest = make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 10}], post=True)
    assert (rest.taxable_total, rest.grand_total) == (D(950), D(1121))
    with pytest.raises(Refused) as refused:
        make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 10, "unit_price": "1"}])
    assert refused.value.code == "over_credit"
    assert_subledger_equals_control(books)


def test_two_drafts_can_not_both_be_posted(books):
    item = make.product()
    lines = [{"product": item, "quantity": 2}]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    first, second = (
        make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 2}]) for _ in range(2)
    )
    make.posted(first)
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(second)
    assert refused.value.code == "over_credit"
    assert CreditNote.objects.exclude(number="").count() == 1


def test_note_on_a_paid_invoice_stays_open_and_its_cancel_restores(books):
    invoice = make.invoice(company=books, party=make.customer(), post=True)
    make.receipt(
        company=books, party=invoice.party, amount=118, allocations=[{"invoice": invoice, "amount": "118"}]
    )
    note = make.credit_note(invoice=invoice, post=True)
    assert (note.balance_due, note.payment_status) == (D(118), "unpaid")
    cancelled = make.posted(note, verb="cancel", reason="kept the goods")
    assert cancelled.balance_due == 0
    other = make.invoice(company=books, party=invoice.party, post=True)
    partly = make.credit_note(invoice=other, post=True)
    other.refresh_from_db()
    assert other.balance_due == 0
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(other, verb="cancel", reason="x")
    assert refused.value.code == "in_use"
    make.posted(partly, verb="cancel", reason="x")
    other.refresh_from_db()
    assert other.balance_due == D(118)
    make.posted(other, verb="cancel", reason="x")
    assert_balanced()
    assert_subledger_equals_control(books)


def test_export_note_takes_the_rate_of_its_invoice():
    books = make.company(lut_number="LUT1")
    make.rate("USD", "80")
    party = make.customer(tax_treatment="export", currency=make.currency("USD"))
    item = make.product()
    lines = [{"product": item, "quantity": 3, "unit_price": "33.33"}]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    make.currency("USD").rates.all().delete()
    make.rate("USD", "90")
    note = make.credit_note(invoice=invoice, lines=[{"product": item, "quantity": 1}], post=True)
    assert (note.exchange_rate, note.base_total) == (D(80), D("2666.40"))
    assert_balanced()
    assert_subledger_equals_control(books)


def test_note_over_the_api_needs_only_invoice_and_lines(api, books):
    item = make.product()
    lines = [{"product": item, "quantity": 4}]
    invoice = make.invoice(company=books, party=make.customer(), lines=lines, post=True)
    body = {
        "invoice": invoice.pk,
        "date": invoice.date.isoformat(),
        "reason_code": "sales_return",
        "lines": [{"product": item.pk, "quantity": "1"}],
    }
    made = api.post("accounting/credit-notes/", body)["data"]
    assert (made["grand_total"], made["lines"][0]["invoice_line"]) == ("118.00", invoice.lines.get().pk)
    posted = api.post(f"accounting/credit-notes/{made['id']}/post/", {}, 200)["data"]
    assert posted["number"].startswith("CRN/")
    assert api.get(f"accounting/invoices/{invoice.pk}/")["data"]["balance_due"] == "354.00"
    body["lines"][0]["quantity"] = "4"
    answer = api.post("accounting/credit-notes/", body, 409)
    assert answer["errors"][0]["code"] == "over_credit"
    body["lines"] = [{"product": make.product().pk, "quantity": "1"}]
    assert api.post("accounting/credit-notes/", body, 400)["errors"][0]["field"] == "lines.0.invoice_line"
