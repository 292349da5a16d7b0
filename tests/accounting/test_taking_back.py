"""What was set against each other, and rests that were given up, can be taken back; then cancelling works."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounting.models import OpenItem
from apps.accounting.payments.allocation import items_set_off
from apps.accounting.payments.taking_back import settlements_of, settlements_take_back
from apps.accounting.payments.write_off import item_write_off
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.periods import period_close
from apps.core.errors import NotAllowed, Refused
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient, signed_in
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal
LIST = "/admin/accounting/openitem/"


def invoice(books, party, price=100, **values):
    service = make.product(product_kind="service", sale_price=D(price))
    return make.invoice(
        company=books, party=party, lines=[{"product": service, "quantity": 1}], post=True, **values
    )


def open_of(*documents):
    return [OpenItem.objects.get(pk=document.open_item_id).open_amount for document in documents]


def act(client, items, **more):
    body = {"action": "take_back", "_selected_action": [str(item.pk) for item in items], **more}
    return client.post(LIST, body, follow=True).content.decode()


def test_money_that_was_set_against_an_invoice_in_the_list_is_free_again(administrator, books):
    party = make.customer()
    bill, receipt = invoice(books, party), make.receipt(company=books, party=party, amount=D(118))
    items_set_off(bill.open_item, receipt.open_item, by=administrator)
    with pytest.raises(Refused):
        make.posted(receipt, verb="cancel", reason="Wrong customer")
    page = act(signed_in(administrator), [bill.open_item])
    assert "1 row will go" in page
    assert receipt.number in page
    act(signed_in(administrator), [bill.open_item], _go="1")
    assert open_of(bill, receipt) == [D(118), D(-118)]
    make.posted(receipt, verb="cancel", reason="Wrong customer")
    make.posted(bill, verb="cancel", reason="Wrong customer")
    assert_subledger_equals_control(books)
    assert "Nothing is set against it." in act(signed_in(administrator), [bill.open_item]), (
        "what cancelling made is taken back by nobody"
    )


def test_rest_that_was_given_up_is_owed_again(administrator, books):
    party = make.customer()
    bill = invoice(books, party)
    make.receipt(company=books, party=party, amount=D(110), allocations=[{"invoice": bill, "amount": "110"}])
    for _again in range(2):
        item_write_off(bill.open_item, by=administrator, reason="Rounding")
        given_up = OpenItem.objects.filter(purpose__startswith="writeoff").latest("pk")
        assert entry_lines(bill, given_up.entry) == {"receivable": D(-8), "write_off": D(8)}
        (row,) = [row for row in settlements_of([bill.open_item]) if row.credit_item_id == given_up.pk]
        settlements_take_back([row], by=administrator)
        assert open_of(bill) == [D(8)]
        assert entry_lines(bill, given_up.entry.reversed_by) == {"receivable": D(8), "write_off": D(-8)}
        with pytest.raises(Refused):
            settlements_take_back([row], by=administrator)
    assert_balanced()
    assert_subledger_equals_control(books)


def test_set_off_between_customer_and_vendor_is_reversed(administrator, books):
    party = make.customer(is_vendor=True, gstin=make.GSTIN_27)
    bill, owed = invoice(books, party), make.bill(company=books, party=party, post=True)
    (made,) = items_set_off(bill.open_item, owed.open_item, by=administrator)
    assert made.entry is not None
    settlements_take_back([made], by=administrator)
    assert made.entry.reversed_by is not None
    assert open_of(bill, owed) == [D(118), D(-118)]
    with pytest.raises(Refused) as late:  # somebody whose page still shows it
        settlements_take_back([made], by=administrator)
    assert late.value.code == "nothing_open"
    assert_subledger_equals_control(books)


def test_receipt_forgets_the_allocation_that_was_taken_back(api, books):
    party = make.customer()
    bill = invoice(books, party)
    receipt = make.receipt(
        company=books, party=party, amount=D(118), allocations=[{"invoice": bill, "amount": "118"}]
    )
    item = f"accounting/open-items/{bill.open_item_id}"
    (row,) = api.get(f"{item}/settled/")["data"]
    assert (row["number"], row["amount"], row["written_off"]) == (receipt.number, "118.00", False)
    for wrong in (row["id"] + 1, "x", True):
        answer = api.post(f"{item}/take-back/", {"allocation": wrong}, 400)
        assert answer["errors"][0]["field"] == "allocation"
    answer = api.post(f"{item}/take-back/", {"allocation": row["id"]}, 200)["data"]
    assert (answer["open_amount"], answer["status"]) == ("118.00", "unpaid")
    receipt.refresh_from_db()
    assert (receipt.unallocated, receipt.allocations.count()) == (D(118), 0)
    assert api.get(f"{item}/settled/")["data"] == []
    assert api.post(f"{item}/take-back/", {}, 409)["errors"][0]["code"] == "nothing_open"


def test_rest_given_up_is_taken_back_by_whoever_may_give_up(administrator, books):
    bill = invoice(books, make.customer())
    item_write_off(bill.open_item, by=administrator, reason="Closed down", amount=D(5))
    clerk = make_user("accounting.view_openitem", "accounting.set_off")
    assert "You are not allowed to take this back." in act(signed_in(clerk), [bill.open_item])
    with pytest.raises(NotAllowed):
        settlements_take_back(settlements_of([bill.open_item]), by=clerk)
    reader = make_user("accounting.view_openitem")
    assert "take_back" not in signed_in(reader).get(LIST).content.decode()
    ApiClient(reader).post(f"accounting/open-items/{bill.open_item_id}/take-back/", {}, 403)
    assert open_of(bill) == [D(113)]


def test_ageing_of_a_closed_month_equals_its_account_whatever_is_allocated_later(api, administrator, books):
    """C30: an exchange difference can't be booked in the closed month, so the allocation isn't there."""
    last = company_today().replace(day=1) - timedelta(days=1)
    make.rate("USD", "80", last)
    party = make.customer(currency=make.currency("USD"))
    bill = invoice(books, party, 10_000, date=last, due_date=last)
    receipt = make.receipt(company=books, party=party, amount=bill.grand_total, exchange_rate="82", date=last)
    month = Period.objects.get(company=books, start__lte=last, end__gte=last)
    period_close(period=month, hard=True, by=administrator)
    before = api.get("accounting/reports/receivables-ageing/", company=books.pk, on=last.isoformat())["data"]
    (made,) = items_set_off(bill.open_item, receipt.open_item, by=administrator)
    assert made.gain_loss
    assert made.date == made.entry.date > last
    after = api.get("accounting/reports/receivables-ageing/", company=books.pk, on=last.isoformat())["data"]
    assert (after["balanced"], after["totals"]) == (True, before["totals"])
    assert_subledger_equals_control(books)
