"""Invoices through the real services: amounts, entries, numbers, locks, reversal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.models import JournalLine, OpenItem
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def books(db):
    return make.company()


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
