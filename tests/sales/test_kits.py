"""Kits: one line for the customer, components in stock; what was promised stays what it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.catalog.models import KitComponent
from apps.inventory.models import StockMove, StockRow
from apps.sales.models import Delivery, OrderLine
from apps.sales.printing import delivery_print
from apps.sales.services.margins import quotation_margins
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.sales import in_days
from tests.kit.clients import ApiClient
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit(api, shop):
    """A dining set of 4 chairs (at 600) and 1 table (at 2,000), sold at 7,000; of them 20 and 3 there."""
    shop.stock(shop.chair, 20)
    shop.stock(shop.table, 3, "2000")
    body = {
        "code": "SET", "name": "Dining set", "kind": "kit", "hsn": "9403", "unit": shop.chair.unit_id,
        "tax_category": shop.chair.tax_category_id, "sale_price": "7000",
        "components": [
            {"component": shop.chair.pk, "quantity": "4"}, {"component": shop.table.pk, "quantity": "1"},
        ],
    }  # fmt: skip
    return api.post("catalog/products/", body)["data"]


def verb(api, path, record, name, data=None, *, expect=200):
    return api.post(f"{path}/{record['id']}/{name}/", data or {}, expect)


def confirmed(api, shop, kit, quantity="2"):
    draft = api.post("sales/orders/", shop.draft({"product": kit["id"], "quantity": quantity}))["data"]
    return verb(api, "sales/orders", draft, "confirm")["data"]


def delivered(api, order, quantity=None):
    body = {"lines": [{"line": order["lines"][0]["id"], "quantity": quantity}]} if quantity else {}
    draft = verb(api, "sales/orders", order, "deliver", body, expect=201)["data"]
    return verb(api, "sales/deliveries", draft, "post")["data"]


def reserved(product):
    return StockRow.objects.get(product=product, place__code="MAIN").reserved


def test_an_order_reserves_the_components_of_whole_kits_only(api, shop, kit):
    order = confirmed(api, shop, kit, "4")
    line = OrderLine.objects.get(pk=order["lines"][0]["id"])
    assert line.reserved_quantity == 3  # a fourth table is not there, so its chairs stay free
    assert (reserved(shop.chair), reserved(shop.table)) == (12, 3)


def test_a_delivery_moves_components_and_the_cost_is_theirs(api, shop, kit):
    order = confirmed(api, shop, kit)
    first = delivered(api, order, "1")
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("16", "2")
    moves = StockMove.objects.filter(source_kind="sales.delivery", source_id=first["id"])
    assert sorted((m.product_id, m.quantity) for m in moves) == [
        (shop.chair.pk, Decimal(4)), (shop.table.pk, Decimal(1)),
    ]  # fmt: skip
    assert not StockRow.objects.filter(product_id=kit["id"]).exists()
    assert (reserved(shop.chair), reserved(shop.table)) == (4, 1)
    delivered(api, order)
    assert (reserved(shop.chair), reserved(shop.table)) == (0, 0)
    draft = verb(api, "sales/orders", order, "invoice", expect=201)["data"]
    assert draft["lines"][0]["quantity"] == "2.000000"
    posted = verb(api, "accounting/invoices", draft, "post")["data"]
    assert posted["taxable_total"] == "14000.00"
    assert api.get(f"sales/orders/{order['id']}/")["data"]["delivery_status"] == "complete"
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def test_the_challan_lists_what_is_in_the_kit(api, shop, kit):
    done = delivered(api, confirmed(api, shop, kit), "2")
    line = delivery_print(Delivery.objects.get(pk=done["id"])).lines[0]
    assert f"8 NOS {shop.chair.name}" in line.detail
    assert f"2 NOS {shop.table.name}" in line.detail


def test_what_was_promised_stays_though_the_kit_changes(api, shop, kit):
    order = confirmed(api, shop, kit)
    KitComponent.objects.filter(component=shop.chair).update(quantity=6)
    made = delivered(api, order)
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("12", "1")
    body = {"lines": [{"line": made["lines"][0]["id"], "quantity": "1"}], "reason": "Wrong colour"}
    verb(api, "sales/deliveries", made, "return", body)
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("16", "2")
    assert_stock_equals_ledger(shop.company)


def test_a_delivery_of_kits_is_cancelled_whole(api, shop, kit):
    order = confirmed(api, shop, kit)
    made = delivered(api, order)
    verb(api, "sales/deliveries", made, "cancel", {"reason": "Wrong address"})
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("20", "3")
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def test_a_direct_invoice_delivers_the_components_and_its_credit_takes_them_back(api, shop, kit):
    body = {
        "company": shop.company.pk, "party": shop.customer.pk, "date": in_days(0),
        "lines": [{"product": kit["id"], "quantity": "3"}],
    }  # fmt: skip
    draft = api.post("accounting/invoices/", body)["data"]
    posted = verb(api, "accounting/invoices", draft, "post")["data"]
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("8", "0")
    note = api.post(
        "accounting/credit-notes/",
        {
            "invoice": posted["id"], "date": in_days(0), "moves_stock": True,
            "lines": [{"invoice_line": posted["lines"][0]["id"], "quantity": "1"}],
        },
    )["data"]  # fmt: skip
    verb(api, "accounting/credit-notes", note, "post")
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("12", "1")
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def test_short_components_refuse_the_delivery_and_name_its_line(api, shop, kit):
    order = confirmed(api, shop, kit, "4")
    draft = verb(api, "sales/orders", order, "deliver", expect=201)["data"]
    answer = verb(api, "sales/deliveries", draft, "post", expect=409)
    error = answer["errors"][0]
    assert (error["code"], error["field"]) == ("insufficient_stock", "lines.0.quantity")
    assert Delivery.objects.get(pk=draft["id"]).status == "draft"
    assert (shop.on_hand(shop.chair), shop.on_hand(shop.table)) == ("20", "3")


def test_serial_numbers_of_a_kit_go_to_the_component_that_has_them(api, shop):
    from tests.factories.inventory import receive

    lamp = make_product(name="Lamp", tracking="serial")
    receive(shop.company, lamp, 2, "100", serials=("L-1", "L-2"))
    shop.stock(shop.chair, 4)
    kit = make_product(name="Desk set", product_kind="kit")
    KitComponent.objects.create(kit=kit, component=lamp, quantity=1)
    KitComponent.objects.create(kit=kit, component=shop.chair, quantity=1)
    order = confirmed(api, shop, {"id": kit.pk}, "1")
    line = {"line": order["lines"][0]["id"], "quantity": "1"}
    draft = verb(api, "sales/orders", order, "deliver", {"lines": [line]}, expect=201)["data"]
    rows = [{"id": draft["lines"][0]["id"], "order_line": line["line"], "quantity": "1"}]
    body = {"version": draft["version"], "lines": [{**rows[0], "serials": ["L-2"]}]}
    api.patch(f"sales/deliveries/{draft['id']}/", body)
    verb(api, "sales/deliveries", draft, "post")
    assert StockMove.objects.get(product=lamp, purpose="delivery").serial.code == "L-2"
    assert shop.on_hand(shop.chair) == "3"


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([{"component": "fitting", "quantity": "1"}], "components.0.component"),
        ([{"component": "chair", "quantity": "0"}], "components.0.quantity"),
        ([{"component": "chair", "quantity": "1"}, {"component": "chair", "quantity": "2"}], "components"),
        ([{"component": "kit", "quantity": "1"}], "components.0.component"),
    ],
)
def test_wrong_components_are_refused_by_name(api, shop, kit, rows, field):
    known = {"fitting": shop.fitting.pk, "chair": shop.chair.pk, "kit": kit["id"]}
    body = {
        "version": kit["version"],
        "components": [{**row, "component": known[row["component"]]} for row in rows],
    }
    answer = api.patch(f"catalog/products/{kit['id']}/", body, 400)
    assert answer["errors"][0]["field"].startswith(field)
    assert KitComponent.objects.filter(kit=kit["id"]).count() == 2


def test_components_keep_their_kind_and_only_kits_have_them(api, shop, kit):
    body = {"version": shop.chair.version, "kind": "service", "hsn": "998314"}
    answer = api.patch(f"catalog/products/{shop.chair.pk}/", body, 400)
    assert answer["errors"][0]["field"] == "kind"
    body = {"version": shop.table.version, "components": [{"component": shop.chair.pk, "quantity": "1"}]}
    answer = api.patch(f"catalog/products/{shop.table.pk}/", body, 400)
    assert answer["errors"][0]["field"] == "components.0.component"


def test_an_empty_kit_is_not_promised(api, shop):
    kit = make_product(name="Empty set", product_kind="kit")
    draft = api.post("sales/orders/", shop.draft({"product": kit.pk, "quantity": "1"}))["data"]
    error = verb(api, "sales/orders", draft, "confirm", expect=400)["errors"][0]
    assert (error["field"], error["code"]) == ("lines.0.product", "no_components")


def test_margin_of_a_kit_is_price_less_the_cost_of_its_components(api, shop, kit):
    offer = api.post("sales/quotations/", shop.draft({"product": kit["id"], "quantity": "2"}))["data"]
    assert quotation_margins([offer["id"]]) == {offer["id"]: Decimal(14000 - 2 * (4 * 600 + 2000))}


def test_vendors_and_substitutes_of_a_product(api, shop):
    from tests.factories.invoicing import vendor

    seller = vendor()
    body = {
        "version": shop.chair.version,
        "vendors": [{"party": seller.pk, "vendor_code": "CH-9", "unit_price": "550", "preferred": True}],
        "substitutes": [{"substitute": shop.table.pk, "note": "In a pinch"}],
    }
    made = api.patch(f"catalog/products/{shop.chair.pk}/", body)["data"]
    assert made["vendors"][0]["vendor_code"] == "CH-9"
    clerk = ApiClient(make_user("catalog.view_product"))
    shown = clerk.get(f"catalog/products/{shop.chair.pk}/")["data"]["vendors"][0]
    assert shown["vendor_code"] == "CH-9"
    assert "unit_price" not in shown
    body = {"version": made["version"], "substitutes": [{"substitute": shop.chair.pk}]}
    answer = api.patch(f"catalog/products/{shop.chair.pk}/", body, 400)
    assert answer["errors"][0]["field"].startswith("substitutes")
    body = {"version": made["version"], "vendors": [{"party": shop.customer.pk}]}
    answer = api.patch(f"catalog/products/{shop.chair.pk}/", body, 400)
    assert answer["errors"][0]["field"] == "vendors.0.party"
