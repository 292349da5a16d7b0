"""Amending a confirmed order takes lines away of which nothing was delivered or invoiced."""

from __future__ import annotations

import pytest

from apps.documents.models import TimelineEntry
from apps.inventory.models import Reservation
from apps.sales.models import OrderLine
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def confirmed(api, shop):
    """10 chairs and 2 tables, confirmed, with stock of both."""
    shop.stock(shop.chair)
    shop.stock(shop.table)
    draft = api.post("sales/orders/", shop.draft())["data"]
    return verb(api, draft, "confirm")["data"]


def verb(api, order, name, data=None, expect=200, *, path="sales/orders"):
    return api.post(f"{path}/{order['id']}/{name}/", data or {}, expect)


def remove(api, order, *positions, expect=200, more=()):
    rows = [{"line": order["lines"][n - 1]["id"], "remove": True} for n in positions]
    return verb(api, order, "amend", {"lines": [*rows, *more], "reason": "Not wanted"}, expect)


def names(order):
    return [(line["position"], line["description"].split("\n")[0]) for line in order["lines"]]


def reserved_of(product):
    return [f"{row.quantity.normalize():f}" for row in Reservation.objects.filter(row__product=product)]


def test_removed_line_frees_its_stock_and_leaves_the_total(api, shop, confirmed):
    before = names(confirmed)
    done = remove(api, confirmed, 1)["data"]
    assert names(done) == [(1, before[1][1])]
    assert (done["taxable_total"], done["grand_total"]) == ("8000.00", "9440.00")
    assert reserved_of(shop.chair) == []
    assert reserved_of(shop.table) == ["2"]
    assert done["version"] > confirmed["version"]
    entry = TimelineEntry.objects.get(target_id=confirmed["id"], verb="amended")
    assert entry.text == "Not wanted"
    assert entry.data["changes"] == [{"line": 1, "field": "removed", "old": "10 Chair", "new": ""}]


def test_line_is_removed_another_changed_and_a_new_one_added_at_once(api, shop, confirmed):
    table = confirmed["lines"][1]
    more = ({"line": table["id"], "quantity": "3"}, {"product": shop.fitting.pk, "quantity": "1"})
    done = remove(api, confirmed, 1, more=more)["data"]
    assert [(line["position"], line["quantity"]) for line in done["lines"]] == [
        (1, "3.000000"),
        (2, "1.000000"),
    ]
    assert done["taxable_total"] == "12500.00"
    assert reserved_of(shop.table) == ["3"]


def test_what_is_delivered_stays_and_is_named(api, confirmed):
    chair = confirmed["lines"][0]["id"]
    delivery = verb(api, confirmed, "deliver", {"lines": [{"line": chair, "quantity": "1"}]}, 201)["data"]
    error = remove(api, confirmed, 1, expect=400)["errors"][0]  # a draft is about to take it
    assert (error["field"], error["code"]) == ("lines.0.line", "in_use")
    verb(api, delivery, "post", path="sales/deliveries")
    error = remove(api, confirmed, 2, 1, expect=400)["errors"][0]
    assert error["field"] == "lines.1.line"
    assert "Line 1 (Chair) stays" in error["detail"]
    assert OrderLine.objects.filter(order_id=confirmed["id"]).count() == 2
    assert len(remove(api, confirmed, 2)["data"]["lines"]) == 1


def test_what_is_invoiced_stays_until_its_invoice_is_cancelled(api, shop, confirmed):
    work = api.post(
        "sales/orders/", shop.draft(*({"product": p.pk, "quantity": "1"} for p in (shop.fitting, shop.table)))
    )
    work = verb(api, work["data"], "confirm")["data"]
    part = {"lines": [{"line": work["lines"][0]["id"], "quantity": "1"}]}
    invoice = verb(api, work, "invoice", part, 201)["data"]
    assert remove(api, work, 1, expect=400)["errors"][0]["code"] == "in_use"
    verb(api, invoice, "post", path="accounting/invoices")
    assert "Invoice" in remove(api, work, 1, expect=400)["errors"][0]["detail"]
    verb(api, invoice, "cancel", {"reason": "Wrong"}, path="accounting/invoices")
    assert len(remove(api, work, 1)["data"]["lines"]) == 1


def test_components_of_a_removed_kit_are_free_again(api, shop):
    leg = make_product(name="Leg", sale_price="10")
    kit = api.post("catalog/products/", {
        "code": "LEGS", "name": "Set", "kind": "kit", "unit": shop.chair.unit_id, "sale_price": "900",
        "tax_category": shop.chair.tax_category_id, "hsn": "9403",
        "components": [{"component": leg.pk, "quantity": "4"}],
    })["data"]  # fmt: skip
    shop.stock(leg, 100)
    shop.stock(shop.table)
    body = shop.draft({"product": kit["id"], "quantity": "2"}, {"product": shop.table.pk, "quantity": "1"})
    order = verb(api, api.post("sales/orders/", body)["data"], "confirm")["data"]
    assert reserved_of(leg) == ["8"]
    remove(api, order, 1)
    assert reserved_of(leg) == []


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([{"line": 0, "remove": True}, {"line": 1, "remove": True}], "lines"),  # nothing would be left
        ([{"line": 0, "remove": True}, {"line": 0, "quantity": "3"}], "lines.0.line"),
        ([{"line": 0, "remove": True, "quantity": "3"}], "lines.0.quantity"),
        ([{"line": 0, "remove": False}], "lines.0.remove"),
        ([{"line": 0, "remove": "yes"}], "lines.0.remove"),
        ([{"line": 999999, "remove": True}], "lines.0.line"),
        ([{"line": "x", "remove": True}], "lines.0.line"),
        ([{"line": [1], "remove": True}], "lines.0.line"),
        ([{"remove": True}], "lines.0.line"),
    ],
)
def test_bad_removals_are_refused_by_name(api, confirmed, rows, field):
    known = {0: confirmed["lines"][0]["id"], 1: confirmed["lines"][1]["id"]}
    rows = [
        {**row, "line": known.get(row["line"], row["line"]) if isinstance(row["line"], int) else row["line"]}
        if "line" in row
        else row
        for row in rows
    ]
    answer = verb(api, confirmed, "amend", {"lines": rows}, 400)
    assert answer["errors"][0]["field"] == field
    assert OrderLine.objects.filter(order_id=confirmed["id"]).count() == 2


def test_removing_needs_the_right_to_amend(api_as, confirmed):
    clerk = make_user("sales.view_order", "sales.change_order", "sales.confirm_order")
    remove(api_as(clerk), confirmed, 1, expect=403)


def test_page_offers_to_remove_only_what_can_be(administrator, api, confirmed):
    chair, table = (line["id"] for line in confirmed["lines"])
    verb(api, confirmed, "deliver", {"lines": [{"line": chair, "quantity": "1"}]}, 201)
    page = signed_in(administrator).get(f"/admin/sales/order/{confirmed['id']}/change/?verb=amend")
    grid = page.context["document_config"]["grids"][0]
    assert grid["removable"] == [table]
