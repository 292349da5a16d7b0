"""Reservation: never more than is there, used up by its holder, kept from others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from apps.core.errors import Refused
from apps.inventory.models import Reservation, StockRow
from apps.inventory.services.reservations import Want, release, reserve
from tests.factories.catalog import make_product
from tests.factories.inventory import issue, place, receive, stock_company
from tests.factories.sales import Shop
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db
D = Decimal
A, B = ("t.line", 1), ("t.line", 2)


@pytest.fixture(scope="module")
def standing_company(standing):
    return standing(stock_company)


def reserved_of(*holders):
    """What is reserved for each of these holders, in one row each here."""
    rows = Reservation.objects.values_list("holder_kind", "holder_id", "quantity")
    return {(kind, pk): quantity for kind, pk, quantity in rows if (kind, pk) in holders}


def test_second_order_gets_what_is_free(company):
    """Field note C13, one after the other (the race is in test_races)."""
    product = make_product()
    receive(company, product, 10, 1)
    here = place(company)
    assert reserve([Want(product, here, D(7), A)], by=None) == [7]
    with pytest.raises(Refused) as refusal:
        reserve([Want(product, here, D(7), B, line_path="lines.4")], by=None)
    assert refusal.value.field == "lines.4.quantity"
    assert reserve([Want(product, here, D(7), B)], partial=True, by=None) == [3]
    assert reserved_of(A, B) == {A: 7, B: 3}
    assert_stock_equals_ledger()


def test_reserved_goods_go_to_their_holder_only(company):
    product = make_product()
    receive(company, product, 10, 1)
    reserve([Want(product, place(company), D(7), A)], by=None)
    with pytest.raises(Refused):
        issue(company, product, 4)
    issue(company, product, 3)
    issue(company, product, 5, holder=A)
    assert reserved_of(A) == {A: 2}
    assert release([A]) == 2
    assert not Reservation.objects.exists()
    row = StockRow.objects.get(product=product)
    assert (row.quantity, row.reserved) == (2, 0)
    assert_stock_equals_ledger()


def test_part_of_a_reservation_is_released(company):
    product = make_product()
    receive(company, product, 10, 1)
    reserve([Want(product, place(company), D(7), A)], by=None)
    assert release([A], quantity=D(3)) == 3
    assert reserved_of(A) == {A: 4}
    assert release([B]) == 0
    assert_stock_equals_ledger()


def test_services_are_not_reserved_and_need_no_stock(company):
    service = make_product(product_kind="service", hsn="9983")
    assert reserve([Want(service, place(company), D(7), A)], by=None) == [0]


def test_backdated_issue_leaves_what_is_reserved_today(company):
    from datetime import timedelta

    from tests.factories.inventory import DAY

    product = make_product()
    receive(company, product, 10, 1)
    issue(company, product, 1, day=DAY + timedelta(3))
    reserve([Want(product, place(company), D(7), A)], by=None)
    with pytest.raises(Refused), transaction.atomic():
        issue(company, product, 3, day=DAY + timedelta(1))
    issue(company, product, 2, day=DAY + timedelta(1))
    assert_stock_equals_ledger()


@pytest.mark.parametrize("sees", [True, False])
def test_lists_name_the_documents_that_the_reader_may_see(api, user_with, sees):
    shop = Shop()
    shop.stock(shop.chair, 100)
    order = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    order = api.post(f"sales/orders/{order['id']}/confirm/", expect=200)["data"]
    other = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "5"}))["data"]
    other = api.post(f"sales/orders/{other['id']}/confirm/", expect=200)["data"]
    draft = api.post(f"sales/orders/{other['id']}/deliver/")["data"]
    delivery = api.post(f"sales/deliveries/{draft['id']}/post/", expect=200)["data"]
    own = ("inventory.view_reservation", "inventory.view_stockmove")
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user_with(*own, *(("sales.view_order", "sales.view_delivery") if sees else ())))
    held = client.get("/admin/inventory/reservation/").content.decode()
    moved = client.get("/admin/inventory/stockmove/").content.decode()
    assert "Chair" in held
    assert "Chair" in moved
    assert (f"Order {order['number']}" in held) is sees
    assert (f"/admin/sales/order/{order['id']}/" in held) is sees
    assert (delivery["number"] in moved) is sees
    assert (f"/admin/sales/delivery/{delivery['id']}/" in moved) is sees
