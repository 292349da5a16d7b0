"""The due date of a posted document may move, with a reason and a trail; ageing and open item follow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounting.models import Bill, Invoice, JournalEntry, OpenItem
from apps.company.selectors import company_today
from apps.documents.models import TimelineEntry
from tests.factories import invoicing as make

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def invoice(books):
    day = company_today() - timedelta(days=40)
    return make.invoice(company=books, party=make.customer(), date=day, due_date=day, post=True)


def aged(api, books) -> dict[str, str]:
    found = api.get("accounting/reports/receivables-ageing/", company=books.pk)["data"]
    return {name: value for name, value in found["totals"].items() if str(value) not in ("0.00", "0")}


def test_more_time_for_a_customer_moves_it_out_of_the_overdue(api, books, invoice):
    late = aged(api, books)
    hashes = list(JournalEntry.objects.values_list("content_hash", flat=True))
    day = company_today() + timedelta(days=10)
    body = {"due_date": day.isoformat(), "reason": "Festival season, agreed on the phone"}
    answer = api.post(f"accounting/invoices/{invoice.pk}/reschedule/", body, 200)["data"]
    assert (answer["due_date"], answer["status"]) == (day.isoformat(), "posted")
    assert OpenItem.objects.get(pk=invoice.open_item_id).due_date == day
    assert aged(api, books).keys() != late.keys()
    assert list(JournalEntry.objects.values_list("content_hash", flat=True)) == hashes
    newest = Invoice.objects.get(pk=invoice.pk).history.latest("history_id")
    assert newest.history_change_reason == body["reason"]
    told = TimelineEntry.objects.filter(target_kind="accounting.invoice", target_id=invoice.pk)
    assert any(body["reason"] in row.text for row in told)


def test_a_bill_too_and_nothing_without_reason_or_before_its_own_day(api, books):
    bill = make.bill(company=books, party=make.vendor(), post=True)
    path = f"accounting/bills/{bill.pk}/reschedule/"
    later = (company_today() + timedelta(days=30)).isoformat()
    early = (company_today() - timedelta(days=1)).isoformat()
    for wrong, field in (
        ({"due_date": later}, "reason"), ({"reason": "x"}, "due_date"),
        ({"due_date": later, "reason": "  "}, "reason"), ({"due_date": early, "reason": "x"}, "due_date"),
        ({"due_date": bill.due_date.isoformat(), "reason": "x"}, "due_date"),
        ({"due_date": "soon", "reason": "x"}, "due_date"),
    ):  # fmt: skip
        assert api.post(path, wrong, 400)["errors"][0]["field"] == field
    api.post(path, {"due_date": later, "reason": "Vendor agreed"}, 200)
    assert Bill.objects.get(pk=bill.pk).due_date.isoformat() == later


def test_a_paid_invoice_has_nothing_to_move_and_the_permission_is_its_own(
    api, api_as, user_with, books, invoice
):
    path = f"accounting/invoices/{invoice.pk}/reschedule/"
    body = {"due_date": (company_today() + timedelta(days=5)).isoformat(), "reason": "x"}
    api_as(user_with("accounting.view_invoice", "accounting.change_invoice")).post(path, body, 403)
    make.receipt(
        company=books, party=invoice.party, amount=invoice.grand_total,
        allocations=[{"invoice": invoice, "amount": str(invoice.grand_total)}],
    )  # fmt: skip
    assert api.post(path, body, 409)["errors"][0]["code"] == "nothing_open"


def test_an_invoice_over_nothing_opened_nothing_that_could_move(api, books):
    free = {"product": make.product(), "unit_price": "0"}
    gift = make.invoice(company=books, party=make.customer(), lines=[free], post=True)
    assert gift.open_item_id is None
    body = {"due_date": (company_today() + timedelta(days=5)).isoformat(), "reason": "x"}
    refused = api.post(f"accounting/invoices/{gift.pk}/reschedule/", body, 409)
    assert refused["errors"][0]["code"] == "nothing_open"
