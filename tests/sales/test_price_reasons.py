"""Why a line costs what it does: told while a sale is written, never kept and never printed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import PartyPriceList
from tests.factories.accounts import make_user
from tests.factories.catalog import make_price_list, make_product
from tests.factories.sales import Shop
from tests.kit.pages import document_page

pytestmark = pytest.mark.django_db
PATHS = ("sales/quotations/", "sales/orders/", "accounting/invoices/", "accounting/proformas/")


@pytest.fixture
def shop() -> Shop:
    """A customer with a price list: chairs at 900, from ten on at 850."""
    shop = Shop()
    trade = make_price_list("TRADE", {shop.chair: [("0", "900"), ("10", "850")]})
    PartyPriceList.objects.create(party=shop.customer, price_list=trade)
    return shop


def line(product, quantity: str, **values) -> dict:
    return {"product": product.pk, "quantity": quantity, **values}


def reasons(lines) -> list[str]:
    return [row["price_why"] for row in lines]


@pytest.mark.parametrize("path", PATHS)
def test_a_preview_says_which_list_or_price_it_took(api, shop, path):
    body = shop.draft(line(shop.chair, "2"), line(shop.chair, "12"), line(shop.table, "1"))
    lines = api.post(f"{path}preview/", body, 200)["data"]["lines"]
    assert [row["unit_price"] for row in lines] == ["900.000000", "850.000000", "4000.000000"]
    assert reasons(lines) == [
        "Price list TRADE",
        "Price list TRADE, from 10 NOS",
        "Sale price of the product",
    ]


def test_a_price_of_ones_own_is_told_from_the_listed_one(api, shop):
    free = {"description": "Carriage", "quantity": "1", "unit_price": "50", "tax_category": None}
    free["tax_category"] = shop.chair.tax_category_id
    unpriced = make_product(sale_price=0)
    body = shop.draft(
        line(shop.chair, "2", unit_price="870"),
        line(shop.chair, "2", unit_price="900.00"),
        line(unpriced, "1", unit_price="5"),
        free,
    )
    lines = api.post("sales/quotations/preview/", body, 200)["data"]["lines"]
    assert reasons(lines) == [
        "Set on the document instead of 900.00 (Price list TRADE)",
        "Price list TRADE",
        "Set on the document",
        "",
    ]


def test_the_reason_is_in_the_readers_language(api, shop):
    def told(**values) -> str:
        body, hindi = shop.draft(line(shop.table, "1", **values)), {"HTTP_ACCEPT_LANGUAGE": "hi"}
        answer = api.post("sales/orders/preview/", body, 200, **hindi)
        return reasons(answer["data"]["lines"])[0]

    assert told() == "उत्पाद का बिक्री मूल्य"
    text = told(unit_price="3500")
    assert "4,000" in text
    assert "Set on" not in text


def test_what_a_preview_told_may_come_back_and_is_not_kept(api, shop):
    told = api.post("sales/orders/preview/", shop.draft(line(shop.chair, "2")), 200)["data"]["lines"][0]
    body = shop.draft(line(shop.chair, "2", unit_price=told["unit_price"], price_why=told["price_why"]))
    made = api.post("sales/orders/", body)["data"]
    assert "price_why" not in made["lines"][0]


def test_a_kept_draft_tells_it_on_request_until_it_is_agreed(api, api_as, shop):
    made = api.post("sales/orders/", shop.draft(line(shop.chair, "2"), line(shop.table, "1")))["data"]
    asked = f"sales/orders/{made['id']}/price-reasons/"
    lines = api.get(asked)["data"]["lines"]
    assert [row["id"] for row in lines] == [row["id"] for row in made["lines"]]
    assert reasons(lines) == ["Price list TRADE", "Sale price of the product"]
    api_as(make_user("parties.view_party")).get(asked, expect=403)
    api.get("sales/orders/999999/price-reasons/", expect=404)
    api.post(f"sales/orders/{made['id']}/confirm/", expect=200)
    assert api.get(asked)["data"]["lines"] == []


def test_more_lines_and_breaks_ask_no_more(api, shop):
    shelf = make_product(sale_price=10, unit="BOX")
    make_price_list("ALL", {shelf: [("1", "9")]}, is_default=True)

    def asked(*lines) -> int:
        with CaptureQueriesContext(connection) as queries:
            api.post("sales/quotations/preview/", shop.draft(*lines), 200)
        return len(queries)

    few = (line(shop.chair, "12"), line(shelf, "2"))
    asked(*few)
    first = asked(*few)
    assert asked(*few, line(shop.chair, "20"), line(shelf, "5"), line(shop.table, "1")) <= first


def test_the_form_shows_it_under_the_price(shop, administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    for kind in ("sales/quotation", "sales/order", "accounting/invoice"):
        config = document_page(client, kind, "add")
        (lines,) = [grid for grid in config["grids"] if grid["name"] == "lines"]
        notes = {column["name"]: column["note"] for column in lines["columns"] if "note" in column}
        assert notes == {"unit_price": "price_why"}
        assert config["notes_verb"] == "price-reasons"
    bill = document_page(client, "accounting/bill", "add")
    assert not any("note" in column for grid in bill["grids"] for column in grid["columns"])
