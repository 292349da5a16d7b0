"""Two people at once, with real threads: one allocates, the other is refused; the twin without the lock
shows that the test would see it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.models import OpenItem
from apps.accounting.payments import allocation
from apps.accounting.payments.allocation import Setting, items_allocate
from apps.core.errors import Refused
from apps.core.uow import run_in_unit_of_work
from tests.factories import invoicing as make
from tests.kit.subledger import assert_subledger_equals_control
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.ci]
D = Decimal


def _books():
    books, party = make.company(round_to_rupee=False), make.customer()
    item = make.product(tax_category="EXEMPT")
    invoices = [
        make.invoice(company=books, party=party, lines=[{"product": item, "unit_price": 100}], post=True)
        for _ in range(2)
    ]
    return books, party, invoices


def test_two_clerks_allocate_the_same_receipt_at_once(commits):
    books, party, invoices = _books()
    receipt = make.receipt(company=books, party=party, amount=100)
    results = run_in_threads(
        2,
        lambda n: make.posted(
            receipt, verb="allocate", allocations=[{"invoice": invoices[n], "amount": D(100)}]
        ),
    )
    refused = [r for r in results if isinstance(r, Refused)]
    assert [r.code for r in refused] == ["over_allocation"]
    assert sum(i.open_amount for i in OpenItem.objects.filter(amount__gt=0)) == D(100)
    assert_subledger_equals_control(books)


def test_two_receipts_pay_the_same_invoice_at_once(commits):
    books, party, invoices = _books()
    receipts = [make.receipt(company=books, party=party, amount=100) for _ in range(2)]
    plan = [{"invoice": invoices[0], "amount": D(100)}]
    results = run_in_threads(
        2, lambda n: make.posted(receipts[n], verb="allocate", allocations=[dict(row) for row in plan])
    )
    assert sum(isinstance(r, Refused) for r in results) == 1
    assert_subledger_equals_control(books)


def test_twin_without_the_lock_allocates_twice(commits, monkeypatch):
    """The guard off: both read the item before either writes it."""
    import threading

    books, party, invoices = _books()
    receipts = [make.receipt(company=books, party=party, amount=100) for _ in range(2)]
    both_read = threading.Barrier(2)

    def unlocked(model, pks):
        rows = list(model.objects.filter(pk__in=list(pks)).order_by("pk"))
        both_read.wait(10)
        return rows

    monkeypatch.setattr(allocation, "lock_rows", unlocked)
    target = invoices[0].open_item_id
    results = run_in_threads(
        2,
        lambda n: run_in_unit_of_work(
            lambda: items_allocate([Setting(target, receipts[n].open_item_id, D(100))], by=None)
        ),
    )
    assert not [r for r in results if isinstance(r, Exception)]
    with pytest.raises(AssertionError):
        assert_subledger_equals_control(books)


def test_eight_people_post_invoices_of_one_customer(commits):
    books, party, _invoices = _books()
    drafts = [make.invoice(company=books, party=party) for _ in range(16)]
    results = run_in_threads(8, lambda n: [make.posted(draft) for draft in drafts[n * 2 : n * 2 + 2]])
    assert not [r for r in results if isinstance(r, Exception)]
    numbers = sorted(int(invoice.number[-4:]) for row in results for invoice in row)
    assert numbers == list(range(3, 19))
    assert_subledger_equals_control(books)
