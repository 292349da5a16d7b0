"""The dialog of a return, what repair does with the goods, and the lines of an order opened for amendment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from apps.company.selectors import company_today
from apps.inventory.models import Place, StockRow
from apps.sales.models import DeliveryReturnLine
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.inventory import receive
from tests.kit.ledger import assert_balanced
from tests.kit.pages import document_page
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


@pytest.fixture
def delivery(api, shop, sent):
    shop.stock(shop.chair)
    shop.stock(shop.table)
    order = api.post(f"sales/quotations/{sent['id']}/convert/")["data"]
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    draft = api.post(f"sales/orders/{order['id']}/deliver/")["data"]
    return api.post(f"sales/deliveries/{draft['id']}/post/", expect=200)["data"]


def fields(client, kind, pk, verb):
    answer = client.get(f"/admin/{kind}/{pk}/ask/?verb={verb}")
    assert answer.status_code == 200
    return {field["name"]: field for field in answer.json()["data"]["fields"]}


def at(code, product):
    rows = StockRow.objects.filter(place__code=code, product=product)
    return sum(row.quantity for row in rows)


def test_dialog_shows_what_is_still_out_and_takes_a_part_back(clerk, api, shop, delivery):
    verb = next(
        v for v in document_page(clerk, "sales/delivery", delivery["id"])["verbs"] if v["name"] == "return"
    )
    assert clerk.get(verb["fields_url"]).status_code == 200
    asked = fields(clerk, "sales/delivery", delivery["id"], "return")
    chairs = asked["lines"]["rows"][0]
    assert (chairs["left"], asked["credit_note"]["kind"], asked["credit_note"]["default"]) == (
        "10.000000", "bool", True,
    )  # fmt: skip
    assert asked["place"]["kind"] == "lookup"
    places = clerk.get(asked["place"]["lookup"]["url"])
    assert (places.status_code, [row["code"] for row in places.json()["data"]]) == (200, ["MAIN"])
    assert {value for value, _label in asked["condition"]["choices"]} == {"restock", "repair", "scrap"}
    body = {
        "lines": [{"line": chairs["line"], "quantity": "3"}],
        "reason": "Scratched",
        "condition": "restock",
        "credit_note": False,
    }
    api.post(f"sales/deliveries/{delivery['id']}/return/", body, 200)
    assert at("MAIN", shop.chair) == 93
    assert fields(clerk, "sales/delivery", delivery["id"], "return")["lines"]["rows"][0]["left"] == "7.000000"


def test_goods_to_repair_are_not_for_sale_until_they_are_whole(clerk, api, shop, delivery):
    body = {"reason": "Broken leg", "condition": "repair", "credit_note": False}
    api.post(f"sales/deliveries/{delivery['id']}/return/", body, 200)
    made = api.get("sales/returns/")["data"][0]
    assert (at("MAIN", shop.chair), at("REPAIR", shop.chair)) == (90, 10)
    assert [v["name"] for v in document_page(clerk, "sales/deliveryreturn", made["id"])["verbs"]] == [
        "repaired", "scrap", "cancel",
    ]  # fmt: skip
    api.post(f"sales/returns/{made['id']}/repaired/", {}, 200)
    assert (at("MAIN", shop.chair), at("REPAIR", shop.chair)) == (100, 0)
    api.post(f"sales/returns/{made['id']}/repaired/", {}, 409)
    assert_balanced()
    assert_stock_equals_ledger()


def test_goods_that_cannot_be_repaired_leave_the_books(api, shop, delivery):
    api.post(f"sales/deliveries/{delivery['id']}/return/", {"reason": "Broken", "condition": "repair"}, 200)
    made = api.get("sales/returns/")["data"][0]
    assert api.post(f"sales/returns/{made['id']}/scrap/", {}, 200)["data"]["status"] == "scrapped"
    assert at("REPAIR", shop.chair) == 0
    assert_balanced()
    assert_stock_equals_ledger()


@pytest.mark.parametrize("verb", ["repaired", "scrap"])
def test_a_return_is_cancelled_whatever_became_of_its_goods(clerk, api, shop, delivery, verb):
    body = {"reason": "Broken", "condition": "repair", "credit_note": False}
    api.post(f"sales/deliveries/{delivery['id']}/return/", body, 200)
    made = api.get("sales/returns/")["data"][0]
    api.post(f"sales/returns/{made['id']}/{verb}/", {}, 200)
    verbs = [v["name"] for v in document_page(clerk, "sales/deliveryreturn", made["id"])["verbs"]]
    assert verbs == ["cancel"]
    api.post(f"sales/returns/{made['id']}/cancel/", {"reason": "Another customer's"}, 200)
    assert [at(code, shop.chair) for code in ("MAIN", "REPAIR", "SCRAP", "CUSTOMER")] == [90, 0, 0, 0]
    asked = fields(clerk, "sales/delivery", delivery["id"], "return")["lines"]["rows"]
    assert [row["left"] for row in asked] == ["10.000000", "2.000000"]
    api.post(f"sales/deliveries/{delivery['id']}/return/", {**body, "condition": "restock"}, 200)
    again = api.get("sales/returns/", status="posted")["data"][0]
    api.post(f"sales/returns/{again['id']}/cancel/", {"reason": "Twice"}, 200)
    api.post(f"sales/deliveries/{delivery['id']}/cancel/", {"reason": "Never left"}, 200)
    assert at("MAIN", shop.chair) == 100
    assert_balanced()
    assert_stock_equals_ledger()


def test_goods_to_repair_go_nowhere_else(api, shop, delivery):
    place = Place.objects.get(code="MAIN").pk
    body = {"reason": "Broken", "condition": "repair", "place": place}
    answer = api.post(f"sales/deliveries/{delivery['id']}/return/", body, 400)
    assert answer["errors"][0]["field"] == "place"
    assert at("MAIN", shop.chair) == 90
    body["place"] = Place.objects.get(code="REPAIR").pk
    api.post(f"sales/deliveries/{delivery['id']}/return/", body, 200)
    assert at("REPAIR", shop.chair) == 10


def test_pieces_that_came_back_are_not_proposed_again(clerk, api, shop):
    pump = make_product(name="Pump", tracking="serial", sale_price="9000")
    receive(
        shop.company, pump, 3, "5000", serials=("P1", "P2", "P3"), day=company_today() - timedelta(days=1)
    )
    order = api.post("sales/orders/", shop.draft({"product": pump.pk, "quantity": "3"}))["data"]
    order = api.post(f"sales/orders/{order['id']}/confirm/", expect=200)["data"]
    line = {"line": order["lines"][0]["id"], "quantity": "3", "serials": ["P1", "P2", "P3"]}
    draft = api.post(f"sales/orders/{order['id']}/deliver/", {"lines": [line]})["data"]
    done = api.post(f"sales/deliveries/{draft['id']}/post/", expect=200)["data"]
    part = {"line": done["lines"][0]["id"], "quantity": "1", "serials": ["P2"]}
    api.post(f"sales/deliveries/{done['id']}/return/", {"lines": [part], "reason": "Leaks"}, 200)
    asked = fields(clerk, "sales/delivery", done["id"], "return")["lines"]["rows"]
    assert [(row["left"], row["serials"]) for row in asked] == [("2.000000", "P1, P3")]
    api.post(f"sales/deliveries/{done['id']}/return/", {"reason": "The others too"}, 200)
    made = DeliveryReturnLine.objects.order_by("-id").first()
    assert made.serials == ["P1", "P3"]
    assert at("MAIN", pump) == 3


def test_goods_that_went_to_stock_are_under_no_repair(api, delivery):
    api.post(f"sales/deliveries/{delivery['id']}/return/", {"reason": "Too many"}, 200)
    made = api.get("sales/returns/")["data"][0]
    answer = api.post(f"sales/returns/{made['id']}/scrap/", {}, 409)
    assert answer["errors"][0]["code"] == "invalid_transition"


@pytest.mark.parametrize(
    ("name", "value"), [("credit_note", "yes"), ("place", 10**6), ("place", True), ("lines", [])]
)
def test_wrong_answers_of_the_dialog_are_named(api, delivery, name, value):
    body = {"reason": "x", name: value}
    answer = api.post(f"sales/deliveries/{delivery['id']}/return/", body, 400)
    assert answer["errors"][0]["field"] == name


def test_dialog_is_closed_to_whoever_may_not_take_goods_back(api, delivery):
    reader = Client(HTTP_HOST="acme.localhost")
    reader.force_login(make_user("sales.view_delivery"))
    assert reader.get(f"/admin/sales/delivery/{delivery['id']}/ask/?verb=return").status_code == 404
    stranger = Client(HTTP_HOST="acme.localhost")
    stranger.force_login(make_user("sales.view_order"))
    assert stranger.get(f"/admin/sales/delivery/{delivery['id']}/ask/?verb=return").status_code in (403, 404)


def test_lines_of_a_confirmed_order_open_for_amendment(clerk, api, shop):
    order = api.post("sales/orders/", shop.draft())["data"]
    assert "opened" not in document_page(clerk, "sales/order", f"{order['id']}")
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    verb = next(v for v in document_page(clerk, "sales/order", order["id"])["verbs"] if v["name"] == "amend")
    page = clerk.get(verb["page"])
    assert page.status_code == 200
    config = document_page(clerk, "sales/order", order["id"], page="change")
    assert "opened" not in config, "only under the verb"
    opened = opened_page(clerk, verb["page"])
    columns = {column["name"]: column for column in opened["grids"][0]["columns"]}
    assert opened["editable"]
    assert not columns["quantity"].get("readonly")
    assert columns["product"].get("new_only")
    assert columns["tax_category"].get("readonly")
    assert [f["name"] for f in opened["fields"] if not f["readonly"]] == ["promised_date", "po_reference"]
    assert [f["name"] for f in opened["opened"]["fields"]] == ["reason"]


def opened_page(client, path):
    import json
    import re

    text = client.get(path).content.decode()
    found = re.search(r'<script id="bahi-document-config"[^>]*>(.*?)</script>', text, re.S)
    assert found
    return json.loads(found.group(1))
