"""A few texts of a posted document are put right, with a trail; its books never."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.models import Invoice, JournalEntry
from apps.sales.models import Delivery
from tests.factories import invoicing as make
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(db):
    service = make.product(product_kind="service", sale_price=Decimal(100))
    return make.invoice(
        company=make.company(), party=make.customer(), lines=[{"product": service, "quantity": 1}], post=True
    )


def test_order_number_of_the_customer_is_put_right_and_the_old_one_kept(api, invoice):
    hashes = list(JournalEntry.objects.values_list("content_hash", flat=True))
    body = {"po_reference": "PO-77", "notes": "Called on Monday"}
    answer = api.post(f"accounting/invoices/{invoice.pk}/correct/", body, 200)["data"]
    assert (answer["po_reference"], answer["grand_total"]) == ("PO-77", str(invoice.grand_total))
    assert list(JournalEntry.objects.values_list("content_hash", flat=True)) == hashes
    old = invoice.history.order_by("history_id").values_list("po_reference", flat=True)
    assert list(old)[-2:] == ["", "PO-77"]
    assert api.post(f"accounting/invoices/{invoice.pk}/correct/", {"po_reference": ""}, 200)
    assert Invoice.objects.get(pk=invoice.pk).po_reference == ""


def test_nothing_else_is_corrected(api, invoice, api_as, user_with):
    path = f"accounting/invoices/{invoice.pk}/correct/"
    assert api.post(path, {"due_date": "2030-01-01"}, 400)["errors"][0]["field"] == "due_date"
    assert api.post(path, {"po_date": "tomorrow"}, 400)["errors"][0]["field"] == "po_date"
    assert api.post(path, {"po_reference": "x" * 200}, 400)["errors"][0]["field"] == "po_reference"
    assert api.post(path, {}, 400)["errors"][0]["code"] == "required"
    api.patch(f"accounting/invoices/{invoice.pk}/", {"notes": "x", "version": invoice.version}, 409)
    api_as(user_with("accounting.view_invoice")).post(path, {"notes": "x"}, 403)


def test_tracking_number_comes_after_the_goods_left(api):
    shop = Shop()
    shop.stock(shop.chair)
    order = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "1"}))["data"]
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    draft = api.post(f"sales/orders/{order['id']}/deliver/")["data"]
    api.post(f"sales/deliveries/{draft['id']}/post/", expect=200)
    body = {"tracking_number": "AWB 1", "packages": "3"}
    api.post(f"sales/deliveries/{draft['id']}/correct/", body, 200)
    row = Delivery.objects.get(pk=draft["id"])
    assert (row.tracking_number, row.packages) == ("AWB 1", 3)
    answer = api.post(f"sales/deliveries/{draft['id']}/correct/", {"packages": "-1"}, 400)
    assert answer["errors"][0]["field"] == "packages"


def test_what_was_put_in_by_mistake_is_emptied_again(api, invoice):
    path = f"accounting/invoices/{invoice.pk}/correct/"
    api.post(path, {"po_reference": "PO-77", "po_date": "2026-04-01"}, 200)
    api.post(path, {"po_date": None}, 200)
    row = Invoice.objects.get(pk=invoice.pk)
    assert (row.po_date, row.po_reference) == (None, "PO-77"), "what isn't sent stays"
    api.post(path, {"po_date": "2026-04-01"}, 200)
    api.post(path, {"po_date": ""}, 200)
    assert Invoice.objects.get(pk=invoice.pk).po_date is None
    assert api.post(path, {"po_date": None}, 400)["errors"][0]["code"] == "required"


def test_number_of_packages_is_emptied_again(api):
    shop = Shop()
    shop.stock(shop.chair)
    order = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "1"}))["data"]
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    draft = api.post(f"sales/orders/{order['id']}/deliver/")["data"]
    path = f"sales/deliveries/{draft['id']}"
    before = draft["packages"]
    api.post(f"{path}/post/", expect=200)
    api.post(f"{path}/correct/", {"packages": "3"}, 200)
    assert api.post(f"{path}/correct/", {"packages": None}, 200)["data"]["packages"] == before
