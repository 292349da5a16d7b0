"""The pages of sales in the back office open, for each state, within their budgets of queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LIST_BUDGET, FORM_BUDGET = 18, 29

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]


@pytest.fixture
def clerk(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


@pytest.fixture
def day(api, shop, sent):
    """One document of each kind: {admin name: id}."""
    shop.stock(shop.chair)
    shop.stock(shop.table)

    def do(kind, record, verb, data=None, expect=200):
        return api.post(f"{kind}/{record['id']}/{verb}/", data or {}, expect)["data"]

    order = do("sales/orders", do("sales/quotations", sent, "convert", expect=201), "confirm")
    delivery = do("sales/deliveries", do("sales/orders", order, "deliver", expect=201), "post")
    do("sales/deliveries", delivery, "return", {"reason": "Scratched"})
    back = api.get("sales/returns/")["data"][0]
    return {
        "quotation": sent["id"],
        "order": order["id"],
        "delivery": delivery["id"],
        "deliveryreturn": back["id"],
    }


def open_page(client, path, budget):
    client.get(path)  # the first request of a process compiles templates
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    assert page.status_code == 200, path
    assert len(queries) <= budget, (path, len(queries), [q["sql"][:120] for q in queries])
    return page.content.decode()


@pytest.mark.parametrize("name", ["quotation", "order", "delivery", "deliveryreturn"])
def test_list_and_document_open_for_the_clerk(clerk, day, name):
    open_page(clerk, f"/admin/sales/{name}/", LIST_BUDGET)
    open_page(clerk, f"/admin/sales/{name}/{day[name]}/change/", FORM_BUDGET)
    open_page(clerk, f"/admin/sales/{name}/{day[name]}/print/", FORM_BUDGET)


@pytest.mark.parametrize("name", ["quotation", "order", "delivery"])
def test_new_document_opens(clerk, shop, name):
    open_page(clerk, f"/admin/sales/{name}/add/", FORM_BUDGET)


def test_form_costs_the_same_for_many_lines(clerk, api, shop):
    few, many = (
        api.post("sales/orders/", shop.draft(*[{"product": shop.chair.pk, "quantity": "1"}] * count))["data"]
        for count in (1, 40)
    )
    counts = []
    for order in (few, many):
        path = f"/admin/sales/order/{order['id']}/change/"
        clerk.get(path)
        with CaptureQueriesContext(connection) as queries:
            clerk.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_of_orders_shows_how_far_each_is(clerk, day):
    page = open_page(clerk, "/admin/sales/order/", LIST_BUDGET)
    assert "Not yet" in page
