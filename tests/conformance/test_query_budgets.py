"""How many statements the daily work costs. A budget that grows is a defect (docs/performance.md)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.sales import Shop
from tests.kit.statements import business, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]

CREATE, POST = 13, 23  # of posting, one asks which separations of duties hold, one for accounts of the party
FROM_ORDER = 64
LIST_PAGE = 4
ADMIN_LIST = 11  # one asks with which roles a view can be shared
INVOICES = "accounting/invoices/"


@pytest.fixture(scope="module")
def standing_shop(standing: Any) -> Shop:
    return standing(_stocked)


def _stocked() -> Shop:
    shop = Shop()
    for product in (shop.chair, shop.table):
        shop.stock(product)
    return shop


def _body(shop: Shop) -> dict[str, Any]:
    lines = [
        {"product": product.pk, "quantity": "2", "unit_price": "150"} for product in (shop.chair, shop.table)
    ]
    return shop.draft(*lines, moves_stock=False)


def _ready(shop: Shop, api: Any) -> dict[str, Any]:
    """A first posted invoice: the counters of the year are made and the party is tied to the company."""
    made = api.post(INVOICES, _body(shop))["data"]
    api.post(f"{INVOICES}{made['id']}/post/", expect=200)
    return made


def _within(queries: CaptureQueriesContext, budget: int) -> None:
    statements = business(queries)
    assert len(statements) <= budget, shown([str(len(statements)), *statements])


def test_create_and_post_of_an_invoice(api: Any, shop: Shop) -> None:
    _ready(shop, api)
    with CaptureQueriesContext(connection) as creating:
        made = api.post(INVOICES, _body(shop))["data"]
    with CaptureQueriesContext(connection) as posting:
        api.post(f"{INVOICES}{made['id']}/post/", expect=200)
    _within(creating, CREATE)
    _within(posting, POST)


def test_order_to_delivery_and_invoice(api: Any, shop: Shop) -> None:
    def work(order: int) -> None:
        delivery = api.post(f"sales/orders/{order}/deliver/")["data"]
        api.post(f"sales/deliveries/{delivery['id']}/post/", expect=200)
        api.post(f"sales/orders/{order}/invoice/")

    orders = [api.post("sales/orders/", shop.draft())["data"]["id"] for _ in range(2)]
    for order in orders:
        api.post(f"sales/orders/{order}/confirm/", expect=200)
    work(orders[0])
    with CaptureQueriesContext(connection) as queries:
        work(orders[1])
    _within(queries, FROM_ORDER)


def test_pages_of_a_list(api: Any, shop: Shop, administrator: Any) -> None:
    _ready(shop, api)
    with CaptureQueriesContext(connection) as queries:
        api.get(INVOICES)
    _within(queries, LIST_PAGE)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    client.get("/admin/accounting/invoice/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/admin/accounting/invoice/")
    assert page.status_code == 200
    _within(queries, ADMIN_LIST)
    assert not any("DISTINCT" in sql for sql in business(queries))


# --- what is left out must change nothing ---------------------------------------------------------


@pytest.mark.parametrize("path", [INVOICES, "accounting/proformas/", "sales/quotations/", "sales/orders/"])
def test_a_write_answers_what_a_read_gives(api: Any, shop: Shop, path: str) -> None:
    """The answer of a write is made of the rows in memory: it must equal what the database has."""
    charges = [{"kind": "freight", "amount": "120.5"}]
    odd = {"product": shop.chair.pk, "quantity": "3.5", "unit_price": "99.999999", "discount_percent": "7.5"}
    body = shop.draft(odd, {"product": shop.fitting.pk, "quantity": "1"}, charges=charges)
    if path == INVOICES:
        body["moves_stock"] = False
    made = api.post(path, body)["data"]
    assert made == api.get(f"{path}{made['id']}/")["data"]
    if path == INVOICES:
        posted = api.post(f"{path}{made['id']}/post/", expect=200)["data"]
        assert posted == api.get(f"{path}{made['id']}/")["data"]


def test_what_an_order_makes_answers_what_a_read_gives(api: Any, shop: Shop) -> None:
    odd = {"product": shop.chair.pk, "quantity": "3.5", "unit_price": "99.999999", "discount_percent": "7.5"}
    charges = [{"kind": "freight", "amount": "120.5"}]
    order = api.post("sales/orders/", shop.draft(odd, charges=charges))["data"]["id"]
    api.post(f"sales/orders/{order}/confirm/", expect=200)
    delivery = api.post(f"sales/orders/{order}/deliver/")["data"]
    assert delivery == api.get(f"sales/deliveries/{delivery['id']}/")["data"]
    posted = api.post(f"sales/deliveries/{delivery['id']}/post/", expect=200)["data"]
    assert posted == api.get(f"sales/deliveries/{delivery['id']}/")["data"]
    invoice = api.post(f"sales/orders/{order}/invoice/")["data"]
    assert invoice == api.get(f"{INVOICES}{invoice['id']}/")["data"]


def test_an_invoice_of_an_order_answers_its_ties(api: Any, shop: Shop) -> None:
    order = api.post("sales/orders/", shop.draft())["data"]["id"]
    api.post(f"sales/orders/{order}/confirm/", expect=200)
    made = api.post(INVOICES, {"order": order})["data"]
    assert made["order"] == order
    assert all(line["source_line_id"] for line in made["lines"])
    assert made == api.get(f"{INVOICES}{made['id']}/")["data"]


def test_a_right_taken_away_ends_with_the_request(user_with: Any, api_as: Any, shop: Shop) -> None:
    """Nothing of a person's access is kept between requests, whatever one statement reads it."""
    user = user_with("accounting.view_invoice", level="all")
    client = api_as(user)
    client.get(INVOICES)
    role = user.roles.get()
    role.grants.all().delete()
    client.get(INVOICES, expect=403)
