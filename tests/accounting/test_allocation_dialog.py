"""Receipts are set against open items by hand after posting, and taken back item by item."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import invoicing as make

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def clerk(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


def rows(client, receipt, verb):
    answer = client.get(f"/admin/accounting/receipt/{receipt.pk}/ask/?verb={verb}")
    return answer.json()["data"]["fields"][0]["rows"]


def test_clerk_allocates_by_hand_and_takes_one_of_two_back(clerk, api):
    books, party = make.company(), make.customer()
    service = make.product(product_kind="service", sale_price=D(100))
    line = {"product": service, "quantity": 1}
    first, second = (make.invoice(company=books, party=party, lines=[line], post=True) for _ in range(2))
    receipt = make.receipt(company=books, party=party, amount=D(150), post=True)
    open_rows = rows(clerk, receipt, "allocate")
    assert [row["amount"] for row in open_rows] == ["118.00", "32.00"], "the oldest first is proposed"
    by_hand = [
        {"open_item": open_rows[0]["open_item"], "amount": "50.00"},
        {"open_item": open_rows[1]["open_item"], "amount": "100.00"},
    ]
    api.post(f"accounting/receipts/{receipt.pk}/allocate/", {"allocations": by_hand}, 200)
    for document, left in ((first, "68.00"), (second, "18.00")):
        assert api.get(f"accounting/invoices/{document.pk}/")["data"]["balance_due"] == left
    taken = rows(clerk, receipt, "unallocate")
    assert [row["amount"] for row in taken] == ["50.00", "100.00"]
    api.post(f"accounting/receipts/{receipt.pk}/unallocate/", {"allocations": [{"id": taken[0]["id"]}]}, 200)
    assert api.get(f"accounting/invoices/{first.pk}/")["data"]["balance_due"] == "118.00"
    assert api.get(f"accounting/invoices/{second.pk}/")["data"]["balance_due"] == "18.00"
