"""Vendor bills: input tax, reverse charge, doubles, overrides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.accounting.ledger import account_for
from apps.accounting.models import Bill
from apps.core.errors import InvalidInput, Refused
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


def service(**values):
    return make.product(product_kind="service", purchase_price=D(1000), **values)


def test_bill_of_services_and_goods_with_input_tax(books):
    lines = [
        {"product": service(), "quantity": 1},
        {"product": make.product(purchase_price=D(50)), "quantity": 4},
        {"description": "Laptop", "unit_price": "500", "tax_category": make.product().tax_category,
         "account": account_for(books, "write_off")},
    ]  # fmt: skip
    bill = make.bill(company=books, party=make.vendor(), lines=lines, post=True)
    assert bill.number.startswith("BILL/")
    assert (bill.taxable_total, bill.cgst_total, bill.grand_total) == (D(1700), D(153), D(2006))
    assert entry_lines(bill) == {
        "payable": D(-2006), "expense": D(1000), "stock_received_not_billed": D(200), "write_off": D(500),
        "cgst_input": D(153), "sgst_input": D(153),
    }  # fmt: skip
    assert bill.balance_due == D(2006)
    assert_balanced()
    assert_subledger_equals_control(books)


def test_reverse_charge_is_owed_to_the_state_not_to_the_vendor(books):
    vendor = make.vendor(gstin="", tax_treatment="unregistered", place_of_supply="29")
    lines = [{"product": service()}]
    plain = make.bill(company=books, party=vendor, lines=lines, post=True)
    assert (plain.tax_total, plain.grand_total) == (0, D(1000))
    bill = make.bill(company=books, party=vendor, lines=lines, reverse_charge=True, post=True)
    assert (bill.igst_total, bill.grand_total) == (D(180), D(1000))
    assert entry_lines(bill) == {
        "payable": D(-1000), "expense": D(1000), "rcm_igst_input": D(180), "rcm_igst_output": D(-180),
    }  # fmt: skip
    assert_balanced()


def test_blocked_credit_becomes_cost(books):
    lines = [{"product": service(), "itc_eligible": False}, {"product": service()}]
    bill = make.bill(company=books, party=make.vendor(), lines=lines, post=True)
    assert entry_lines(bill) == {
        "payable": D(-2360), "expense": D(2000), "gst_not_creditable": D(180), "cgst_input": D(90),
        "sgst_input": D(90),
    }  # fmt: skip


def test_vendor_number_stands_once_a_year(books):
    vendor = make.vendor()
    first = make.bill(company=books, party=vendor, vendor_number="A/12", post=True)
    with pytest.raises(Refused) as refused:
        make.bill(company=books, party=vendor, vendor_number="a/12")
    assert (refused.value.code, refused.value.field) == ("duplicate", "vendor_number")
    make.bill(company=books, party=make.vendor(), vendor_number="A/12")
    second = make.bill(company=books, party=vendor, vendor_number="A/13")
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=second.pk).untracked_update(vendor_number="a/12")
    make.posted(first, verb="cancel", reason="wrong vendor")
    assert make.bill(company=books, party=vendor, vendor_number="A/12").pk


def test_vendors_own_rate_needs_a_reason_and_rounding_is_theirs(books):
    line = {"product": service(), "unit_price": "99.99", "gst_rate_override": 5}
    with pytest.raises(InvalidInput) as refused:
        make.bill(company=books, party=make.vendor(), lines=[line])
    assert refused.value.field == "lines.0.override_reason"
    line["override_reason"] = "old stock at the old rate"
    bill = make.bill(company=books, party=make.vendor(), lines=[line], vendor_round_off=D("0.01"), post=True)
    assert (bill.cgst_total, bill.grand_total) == (D("2.50"), D("105.00"))
    assert entry_lines(bill)["round_off"] == D("0.01")
    assert_balanced()


def test_bill_with_tds_is_closed_by_the_rest(books):
    """C24: 1,18,000 with 2 % TDS on 1,00,000: 1,16,000 closes it."""
    lines = [{"product": service(), "unit_price": "100000"}]
    bill = make.bill(company=books, party=make.vendor(), lines=lines, post=True)
    paid = make.payment(
        company=books,
        party=bill.party,
        amount="116000",
        tds_amount="2000",
        bank_charges="5.90",
        allocations=[{"bill": bill, "amount": "118000"}],
    )
    bill.refresh_from_db()
    assert (bill.balance_due, bill.payment_status, paid.unallocated) == (0, "paid", 0)
    assert entry_lines(paid) == {
        "payable": D(118000), "bank": D("-116005.90"), "tds_payable": D(-2000), "bank_charges": D("5.90"),
    }  # fmt: skip
    with pytest.raises(Refused), transaction.atomic():
        make.posted(bill, verb="cancel", reason="x")
    assert_balanced()
    assert_subledger_equals_control(books)


def test_bill_over_the_api(api, books):
    vendor = make.vendor()
    body = {
        "company": books.pk,
        "party": vendor.pk,
        "date": "2026-11-21",
        "vendor_number": "SUP-9",
        "vendor_date": "2026-11-20",
        "lines": [{"product": service().pk, "quantity": "2"}],
    }
    made = api.post("accounting/bills/", body)["data"]
    posted = api.post(f"accounting/bills/{made['id']}/post/", {}, 200)["data"]
    assert (posted["grand_total"], posted["balance_due"]) == ("2360.00", "2360.00")
    assert api.post("accounting/bills/", body, 409)["errors"][0]["code"] == "duplicate"
    body |= {"vendor_number": "", "date": "2026-11-21"}
    draft = api.post("accounting/bills/", body)["data"]
    answer = api.post(f"accounting/bills/{draft['id']}/post/", {}, 400)
    assert answer["errors"][0]["field"] == "vendor_number"
