"""One trading day, told as the people in it would: from the offer to the money, and all books agree."""

from __future__ import annotations

import pytest

from apps.accounting.models import OpenItem
from apps.documents.models import DocumentLink, TimelineEntry
from apps.sales.models import Quotation
from apps.sales.services.public_links import quotation_link
from tests.factories.sales import in_days
from tests.kit import pdf
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db


class Office:
    """What the people at the desk do, in their words."""

    def __init__(self, api, shop):
        self.api, self.shop = api, shop

    def do(self, kind, record, verb, data=None, expect=200):
        return self.api.post(f"{kind}/{record['id']}/{verb}/", data or {}, expect)["data"]

    def offers(self, **values):
        draft = self.api.post("sales/quotations/", self.shop.draft(**values))["data"]
        return self.do("sales/quotations", draft, "send")

    def revises(self, offer, **changes):
        new = self.do("sales/quotations", offer, "revise", expect=201)
        body = {**changes, "version": new["version"]}
        new = self.api.patch(f"sales/quotations/{new['id']}/", body)["data"]
        return self.do("sales/quotations", new, "send")

    def takes_the_order(self, offer):
        order = self.do("sales/quotations", offer, "convert", {"promised_date": in_days(3)}, 201)
        body = {"po_reference": "PO-778", "version": order["version"]}
        order = self.api.patch(f"sales/orders/{order['id']}/", body)["data"]
        return self.do("sales/orders", order, "confirm")

    def delivers(self, order, *quantities):
        lines = [
            {"line": line["id"], "quantity": quantity}
            for line, quantity in zip(order["lines"], quantities, strict=False)
            if quantity
        ]
        draft = self.do("sales/orders", order, "deliver", {"lines": lines} if lines else {}, 201)
        return self.do("sales/deliveries", draft, "post")

    def bills(self, order):
        draft = self.do("sales/orders", order, "invoice", expect=201)
        return self.do("accounting/invoices", draft, "post")

    def receives_money(self, amount, *invoices):
        body = {
            "company": self.shop.company.pk,
            "party": self.shop.customer.pk,
            "date": in_days(0),
            "mode": "upi",
            "amount": amount,
            "allocations": [{"invoice": row["id"], "amount": row["balance_due"]} for row in invoices],
        }
        draft = self.api.post("accounting/receipts/", body)["data"]
        return self.do("accounting/receipts", draft, "post")

    def reads(self, kind, record):
        return self.api.get(f"{kind}/{record['id']}/")["data"]

    def prints(self, kind, record):
        content = self.api.get(f"{kind}/{record['id']}/pdf/")
        return pdf.text(content)


@pytest.fixture
def office(api, shop):
    shop.stock(shop.chair, 50, "600")
    shop.stock(shop.table, 5, "2500")
    return Office(api, shop)


def customer_accepts(client, offer):
    """The customer answers on his page, without a sign-in."""
    link = quotation_link(Quotation.objects.get(pk=offer["id"]))
    answer = client.post(
        link, {"name": "Ravi Kulkarni", "action": "accept"}, headers={"host": "acme.localhost"}
    )
    assert answer.status_code == 302


def test_offer_becomes_goods_and_money_and_all_books_agree(office, shop, client):
    first = office.offers(charges=[{"kind": "freight", "amount": "500.00"}])
    offer = office.revises(first, discount_amount="1000.00")
    assert (offer["number"], offer["revision"]) == (first["number"], 2)
    customer_accepts(client, offer)
    assert office.reads("sales/quotations", offer)["status"] == "accepted"

    order = office.takes_the_order(offer)
    assert order["grand_total"] == offer["grand_total"]
    assert [line["reserved_quantity"] for line in order["lines"]] == ["10.000000", "2.000000"]

    morning = office.delivers(order, "6", "1")
    first_bill = office.bills(order)
    afternoon = office.delivers(order)
    second_bill = office.bills(order)
    order = office.reads("sales/orders", order)
    assert (order["delivery_status"], order["invoice_status"]) == ("complete", "complete")
    billed = [float(bill["taxable_total"]) for bill in (first_bill, second_bill)]
    assert round(sum(billed), 2) == float(order["taxable_total"])
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("40", "3")

    total = sum(float(bill["balance_due"]) for bill in (first_bill, second_bill))
    office.receives_money(f"{total:.2f}", first_bill, second_bill)
    for bill in (first_bill, second_bill):
        assert office.reads("accounting/invoices", bill)["payment_status"] == "paid"
    assert not OpenItem.objects.filter(party=shop.customer).exclude(open_amount=0).exists()

    for delivery in (morning, afternoon):
        assert delivery["number"] in office.prints("sales/deliveries", delivery)
    assert "PO-778" in office.prints("sales/orders", order)
    assert offer["number"] in office.prints("sales/quotations", offer)
    assert first_bill["number"] in office.prints("accounting/invoices", first_bill)

    trail = TimelineEntry.objects.filter(target_kind="sales.order", target_id=order["id"])
    assert {"created", "changed", "confirm", "deliver", "invoice"} <= set(
        trail.values_list("verb", flat=True)
    )
    made = DocumentLink.objects.filter(source_kind="sales.order", source_id=order["id"])
    assert sorted(made.values_list("target_kind", flat=True)) == [
        "accounting.invoice",
        "accounting.invoice",
        "sales.delivery",
        "sales.delivery",
    ]
    books_agree(shop)


def test_goods_that_come_back_are_credited_and_paid_back_in_the_books(office, shop):
    order = office.takes_the_order(office.offers())
    delivery = office.delivers(order)
    bill = office.bills(order)
    body = {"lines": [{"line": delivery["lines"][0]["id"], "quantity": "3"}], "reason": "Wrong colour"}
    office.do("sales/deliveries", delivery, "return", body)
    back = office.api.get(f"sales/returns/?delivery={delivery['id']}")["data"][0]
    note = office.do("accounting/credit-notes", {"id": back["credit_note"]}, "post")
    assert note["grand_total"] == "3540.00"
    left = office.reads("accounting/invoices", bill)["balance_due"]
    assert float(left) == float(bill["balance_due"]) - 3540
    assert shop.on_hand(shop.chair) == "43"
    again = office.delivers(order)  # the customer still wants ten
    assert [line["quantity"] for line in again["lines"]] == ["3.000000"]
    books_agree(shop)


def test_day_that_is_taken_back_leaves_nothing(office, shop):
    """Cancelling everything in reverse brings stock, order and books to where they were."""
    order = office.takes_the_order(office.offers())
    delivery = office.delivers(order)
    bill = office.bills(order)
    why = {"reason": "Entered by mistake"}
    office.do("accounting/invoices", bill, "cancel", why)
    office.do("sales/deliveries", delivery, "cancel", why)
    done = office.do("sales/orders", order, "cancel", why)
    assert done["status"] == "cancelled"
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("50", "5")
    assert not OpenItem.objects.filter(party=shop.customer).exclude(open_amount=0).exists()
    books_agree(shop)


def books_agree(shop):
    assert_balanced()
    assert_subledger_equals_control(shop.company)
    assert_stock_equals_ledger(shop.company)
