"""Deliveries in parts, returns with credit notes, invoices of orders and deliveries, direct invoices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.documents.models import DocumentLink
from apps.inventory.models import StockMove
from apps.sales.models import Delivery, DeliveryReturn, Order, OrderLine
from tests.factories.sales import in_days
from tests.kit import pdf
from tests.kit.clients import ApiClient
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(api, shop):
    """10 chairs at 1,000.00, confirmed; 100 chairs in stock at 600.00."""
    shop.stock(shop.chair)
    draft = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    return api.post(f"sales/orders/{draft['id']}/confirm/", expect=200)["data"]


def verb(api, kind, record, name, data=None, expect=200):  # noqa: PLR0917 - reads as a sentence in the tests
    return api.post(f"{kind}/{record['id']}/{name}/", data or {}, expect)


def deliver(api, order, quantity=None, expect=200):
    """Draft and post a delivery of the first line; gives the delivery."""
    body = {"lines": [{"line": order["lines"][0]["id"], "quantity": quantity}]} if quantity else {}
    draft = verb(api, "sales/orders", order, "deliver", body, 201)["data"]
    answer = verb(api, "sales/deliveries", draft, "post", expect=expect)
    return answer["data"] if expect == 200 else answer


def invoice(api, order, body=None):
    """Draft and post an invoice of the order."""
    draft = verb(api, "sales/orders", order, "invoice", body, 201)["data"]
    return verb(api, "accounting/invoices", draft, "post")["data"]


def line_of(order):
    return OrderLine.objects.select_related("product").get(pk=order["lines"][0]["id"])


def counters(order):
    line = line_of(order)
    names = ("reserved", "delivered", "returned", "invoiced", "credited")
    return [f"{getattr(line, f'{name}_quantity').normalize():f}" for name in names]


def code_of(answer):
    return answer["errors"][0]["code"]


def test_order_is_delivered_in_parts(api, shop, order):
    first = deliver(api, order, "4")
    assert first["number"].startswith("DC/")
    assert shop.on_hand() == "96"
    assert counters(order) == ["6", "4", "0", "0", "0"]
    now = api.get(f"sales/orders/{order['id']}/")["data"]
    assert now["delivery_status"] == "partial"
    rest = deliver(api, order)
    assert [line["quantity"] for line in rest["lines"]] == ["6.000000"]
    assert counters(order) == ["0", "10", "0", "0", "0"]
    assert api.get(f"sales/orders/{order['id']}/")["data"]["delivery_status"] == "complete"
    answer = verb(api, "sales/orders", order, "deliver", expect=409)
    assert code_of(answer) == "over_delivery"
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def test_more_than_ordered_is_never_delivered(api, order):
    too_much = {"lines": [{"line": order["lines"][0]["id"], "quantity": "11"}]}
    answer = verb(api, "sales/orders", order, "deliver", too_much, 409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("over_delivery", "lines.0.quantity")
    body = {
        "order": order["id"],
        "date": in_days(0),
        "lines": [{"order_line": order["lines"][0]["id"], "quantity": "6"}],
    }
    drafts = [api.post("sales/deliveries/", body)["data"] for _ in range(2)]
    verb(api, "sales/deliveries", drafts[0], "post")
    answer = verb(api, "sales/deliveries", drafts[1], "post", expect=409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("over_delivery", "lines.0.quantity")
    assert counters(order)[1] == "6"
    assert Delivery.objects.get(pk=drafts[1]["id"]).status == "draft"


def test_delivery_by_api_takes_all_that_is_open_without_lines(api, order):
    made = api.post("sales/deliveries/", {"order": order["id"], "date": in_days(0)})["data"]
    assert [line["quantity"] for line in made["lines"]] == ["10.000000"]
    assert made["party"] == order["party"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order": None}, "order"),
        ({"lines": [{"order_line": 999_999, "quantity": "1"}]}, "lines.0.order_line"),
        ({"lines": [{"quantity": "1"}]}, "lines.0.order_line"),
        ({"date": in_days(-5)}, "date"),
    ],
)
def test_wrong_delivery_drafts_are_refused_by_name(api, order, change, field):
    body = {"order": order["id"], "date": in_days(0), **change}
    assert api.post("sales/deliveries/", body, 400)["errors"][0]["field"] == field


def test_short_stock_names_the_line_and_changes_nothing(api, shop):
    shop.stock(shop.chair, 3)
    draft = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    answer = deliver(api, order, expect=409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("insufficient_stock", "lines.0.quantity")
    assert counters(order) == ["3", "0", "0", "0", "0"]
    assert shop.on_hand() == "3"


def test_stock_reserved_for_one_order_is_not_delivered_to_another(api, shop):
    shop.stock(shop.chair, 10)
    body = shop.draft({"product": shop.chair.pk, "quantity": "8"})
    first, second = (api.post("sales/orders/", body)["data"] for _ in range(2))
    verb(api, "sales/orders", first, "confirm")
    second = verb(api, "sales/orders", second, "confirm")["data"]
    answer = deliver(api, second, "5", expect=409)
    assert code_of(answer) == "insufficient_stock"
    deliver(api, second, "2")


def test_boxes_are_delivered_as_pieces(api, shop):
    """C17: 1 dozen = 12 pieces; the factor stays on the line."""
    from apps.catalog.models import UnitConversion
    from tests.factories.catalog import unit

    shop.stock(shop.chair, 60)
    line = {"product": shop.chair.pk, "quantity": "2", "unit": unit("DOZ").pk, "unit_price": "12000"}
    draft = api.post("sales/orders/", shop.draft(line))["data"]
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    UnitConversion.objects.filter(from_unit__code="DOZ", to_unit__code="NOS").delete()
    deliver(api, order, "1")
    assert shop.on_hand() == "48"
    assert counters(order)[:2] == ["1", "1"]
    deliver(api, order)
    assert shop.on_hand() == "36"


def test_delivery_is_duplicated_as_far_as_its_order_is_open(api, order):
    delivery = deliver(api, order, "4")
    again = verb(api, "sales/deliveries", delivery, "duplicate", expect=201)["data"]
    assert (again["status"], [line["quantity"] for line in again["lines"]]) == ("draft", ["4.000000"])
    verb(api, "sales/deliveries", again, "post")
    assert code_of(verb(api, "sales/deliveries", delivery, "duplicate", expect=409)) == "over_delivery"


def test_quotation_and_order_are_duplicated_as_drafts(api, shop, order):
    copy = verb(api, "sales/orders", order, "duplicate", expect=201)["data"]
    assert (copy["status"], copy["number"], copy["grand_total"]) == ("draft", "", order["grand_total"])
    assert copy["lines"][0]["reserved_quantity"] == "0.000000"


# --- C11: what is still to do comes from quantities -----------------------------------------------


def test_partial_fulfilment_leaves_the_right_rest(api, shop, order):
    """Ordered 10, delivered 4, returned 1, billed 4, credited 1: to deliver 7, to bill 0."""
    from apps.sales.calculation.fulfilment import quantities_of

    delivery = deliver(api, order, "4")
    invoice(api, order)
    body = {"lines": [{"line": delivery["lines"][0]["id"], "quantity": "1"}], "reason": "Scratched"}
    verb(api, "sales/deliveries", delivery, "return", body)
    made = api.get(f"sales/returns/?delivery={delivery['id']}")["data"][0]
    verb(api, "accounting/credit-notes", {"id": made["credit_note"]}, "post")
    assert counters(order) == ["6", "4", "1", "4", "1"]
    item = quantities_of(line_of(order))
    assert item.to_deliver == 7
    assert item.to_invoice(on_delivery=True) == 0
    assert code_of(verb(api, "sales/orders", order, "invoice", expect=409)) == "over_delivery"
    again = verb(api, "sales/orders", order, "deliver", expect=201)["data"]
    assert [line["quantity"] for line in again["lines"]] == ["7.000000"]
    assert shop.on_hand() == "97"
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


# --- returns --------------------------------------------------------------------------------------


def test_goods_come_back_at_the_cost_at_which_they_left(api, shop, order):
    delivery = deliver(api, order, "4")
    shop.stock(shop.chair, 100, "900", ago=0)
    body = {"lines": [{"line": delivery["lines"][0]["id"], "quantity": "1"}], "reason": "Scratched"}
    answer = verb(api, "sales/deliveries", delivery, "return", body)["data"]
    assert answer["lines"][0]["returned_quantity"] == "1.000000"
    back = StockMove.objects.get(movement_kind="sales_return")
    assert str(back.value) == "600.00"
    assert counters(order) == ["6", "4", "1", "0", "0"]
    made = api.get(f"sales/returns/?delivery={delivery['id']}")["data"][0]
    assert made["number"].startswith("RT/")
    assert made["credit_note"] is None  # nothing was billed
    assert_stock_equals_ledger(shop.company)


def test_scrapped_goods_do_not_come_back_to_stock(api, shop, order):
    delivery = deliver(api, order, "4")
    body = {
        "lines": [{"line": delivery["lines"][0]["id"], "quantity": "2"}],
        "reason": "Broken",
        "condition": "scrap",
    }
    verb(api, "sales/deliveries", delivery, "return", body)
    assert shop.on_hand() == "96"
    assert counters(order)[2] == "2"
    assert_stock_equals_ledger(shop.company)


def test_more_than_went_out_never_comes_back(api, order):
    delivery = deliver(api, order, "4")
    line = delivery["lines"][0]["id"]
    body = {"lines": [{"line": line, "quantity": "5"}], "reason": "x"}
    answer = verb(api, "sales/deliveries", delivery, "return", body, 409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("over_delivery", "lines.0.quantity")
    assert verb(api, "sales/deliveries", delivery, "return", expect=400)["errors"][0]["field"] == "reason"
    verb(api, "sales/deliveries", delivery, "return", {"reason": "All wrong"})
    answer = verb(api, "sales/deliveries", delivery, "return", {"reason": "Again"}, 409)
    assert code_of(answer) == "over_delivery"


def test_return_of_billed_goods_drafts_a_credit_note_limited_to_them(api, shop, order):
    delivery = deliver(api, order, "4")
    billed = invoice(api, order)
    body = {"lines": [{"line": delivery["lines"][0]["id"], "quantity": "3"}], "reason": "Wrong colour"}
    verb(api, "sales/deliveries", delivery, "return", body)
    made = api.get(f"sales/returns/?delivery={delivery['id']}")["data"][0]
    note = api.get(f"accounting/credit-notes/{made['credit_note']}/")["data"]
    assert (note["status"], note["invoice"]) == ("draft", billed["id"])
    assert note["taxable_total"] == "3000.00"
    assert DocumentLink.objects.filter(source_kind="sales.deliveryreturn", target_id=note["id"]).exists()
    verb(api, "accounting/credit-notes", note, "post")
    assert counters(order) == ["6", "4", "3", "4", "3"]
    left = api.get(f"accounting/invoices/{billed['id']}/")["data"]
    assert left["balance_due"] == "1180.00"


def test_return_is_cancelled_until_it_was_credited(api, shop, order):
    delivery = deliver(api, order, "4")
    invoice(api, order)
    body = {"lines": [{"line": delivery["lines"][0]["id"], "quantity": "1"}], "reason": "Scratched"}
    verb(api, "sales/deliveries", delivery, "return", body)
    made = api.get(f"sales/returns/?delivery={delivery['id']}")["data"][0]
    verb(api, "sales/returns", made, "cancel", {"reason": "He keeps it"})
    assert counters(order)[2] == "0"
    assert shop.on_hand() == "96"
    verb(api, "sales/deliveries", delivery, "return", body)
    made = api.get(f"sales/returns/?delivery={delivery['id']}&status=posted")["data"][0]
    verb(api, "accounting/credit-notes", {"id": made["credit_note"]}, "post")
    answer = verb(api, "sales/returns", made, "cancel", {"reason": "He keeps it"}, 409)
    assert code_of(answer) == "in_use"


# --- cancelling deliveries ------------------------------------------------------------------------


def test_cancelled_delivery_brings_goods_and_order_back(api, shop, order):
    delivery = deliver(api, order, "4")
    done = verb(api, "sales/deliveries", delivery, "cancel", {"reason": "Van broke down"})["data"]
    assert done["status"] == "cancelled"
    assert shop.on_hand() == "100"
    assert counters(order) == ["10", "0", "0", "0", "0"]
    assert_stock_equals_ledger(shop.company)


def test_delivery_with_returns_or_invoices_is_not_cancelled(api, order):
    delivery = deliver(api, order, "4")
    draft = verb(api, "sales/deliveries", delivery, "invoice", expect=201)["data"]
    verb(api, "accounting/invoices", draft, "post")
    answer = verb(api, "sales/deliveries", delivery, "cancel", {"reason": "x"}, 409)
    assert code_of(answer) == "in_use"
    other = deliver(api, order, "2")
    verb(api, "sales/deliveries", other, "return", {"reason": "x"})
    answer = verb(api, "sales/deliveries", other, "cancel", {"reason": "x"}, 409)
    assert code_of(answer) == "in_use"


def test_order_with_deliveries_is_closed_not_cancelled(api, order):
    deliver(api, order, "4")
    answer = verb(api, "sales/orders", order, "cancel", {"reason": "x"}, 409)
    assert code_of(answer) == "invalid_transition"
    closed = verb(api, "sales/orders", order, "close", {"reason": "Rest not wanted"})["data"]
    assert closed["status"] == "closed"
    assert invoice(api, closed)["taxable_total"] == "4000.00"


# --- invoices -------------------------------------------------------------------------------------


def test_order_is_billed_as_ordered_before_anything_was_delivered(api, shop, order):
    done = invoice(api, order)
    assert done["taxable_total"] == "10000.00"
    assert shop.on_hand() == "100"  # the order's deliveries move the goods, not its invoice
    assert api.get(f"sales/orders/{order['id']}/")["data"]["invoice_status"] == "complete"
    deliver(api, order)
    assert shop.on_hand() == "90"


def test_invoices_follow_deliveries(api, order):
    deliver(api, order, "4")
    assert invoice(api, order)["taxable_total"] == "4000.00"
    assert code_of(verb(api, "sales/orders", order, "invoice", expect=409)) == "over_delivery"
    ahead = invoice(api, order, {"basis": "ordered"})
    assert ahead["taxable_total"] == "6000.00"


def test_delivery_that_an_invoice_of_the_order_bills_stays(api, shop, order):
    first, second = deliver(api, order, "4"), deliver(api, order, "6")
    bill = verb(api, "sales/orders", order, "invoice", {"lines": [_part(order, "4")]}, 201)["data"]
    verb(api, "accounting/invoices", bill, "post")
    verb(api, "sales/deliveries", second, "cancel", {"reason": "Came too early"})
    answer = verb(api, "sales/deliveries", first, "cancel", {"reason": "Wrong goods"}, 409)
    assert code_of(answer) == "in_use"
    assert shop.on_hand() == "96"
    verb(api, "accounting/invoices", bill, "cancel", {"reason": "Wrong goods"})
    verb(api, "sales/deliveries", first, "cancel", {"reason": "Wrong goods"})
    assert (shop.on_hand(), counters(order)[1:4]) == ("100", ["0", "0", "0"])


def _part(order, quantity):
    return {"line": order["lines"][0]["id"], "quantity": quantity}


def test_two_drafts_of_one_delivery_are_not_both_posted(api, order):
    delivery = deliver(api, order, "4")
    drafts = [verb(api, "sales/deliveries", delivery, "invoice", expect=201)["data"] for _ in range(2)]
    verb(api, "accounting/invoices", drafts[0], "post")
    answer = verb(api, "accounting/invoices", drafts[1], "post", expect=409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("over_delivery", "lines.0.quantity")


def test_order_is_never_billed_twice(api, order):
    drafts = [verb(api, "sales/orders", order, "invoice", expect=201)["data"] for _ in range(2)]
    verb(api, "accounting/invoices", drafts[0], "post")
    answer = verb(api, "accounting/invoices", drafts[1], "post", expect=409)
    assert code_of(answer) == "over_delivery"
    assert counters(order)[3] == "10"


def test_cancelled_invoice_may_be_billed_again(api, order):
    first = invoice(api, order)
    verb(api, "accounting/invoices", first, "cancel", {"reason": "Wrong date"})
    assert counters(order)[3] == "0"
    assert invoice(api, order)["taxable_total"] == "10000.00"


def with_freight(shop, quantity, *, discount="100.00", **line):
    """An order of chairs with a discount of its own and freight."""
    return shop.draft(
        {"product": shop.chair.pk, "quantity": quantity, **line},
        discount_amount=discount,
        charges=[{"kind": "freight", "amount": "250.00"}],
    )


def test_discount_and_charges_of_an_order_are_billed_once_over_all_parts(api, shop):
    shop.stock(shop.chair)
    body = with_freight(shop, "3")
    draft = api.post("sales/orders/", body)["data"]
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    parts = []
    for _ in range(3):
        deliver(api, order, "1")
        parts.append(invoice(api, order))
    assert [part["discount_amount"] for part in parts] == ["33.33", "33.34", "33.33"]
    assert [part["charges_total"] for part in parts] == ["250.00", "0.00", "0.00"]
    taxable = sum(float(part["taxable_total"]) for part in parts)
    assert round(taxable, 2) == float(order["taxable_total"])


def test_what_was_credited_is_billed_again_with_its_discount_and_charges(api, shop):
    shop.stock(shop.chair)
    body = with_freight(shop, "10", discount="900.00", discount_percent="10")
    order = verb(api, "sales/orders", api.post("sales/orders/", body)["data"], "confirm")["data"]
    whole = invoice(api, order)
    assert (whole["discount_amount"], whole["taxable_total"]) == ("900.00", "8350.00")
    lines = [{"invoice_line": whole["lines"][0]["id"], "quantity": "5"}]
    half = {"invoice": whole["id"], "date": in_days(0), "lines": lines}
    part = verb(api, "accounting/credit-notes", api.post("accounting/credit-notes/", half)["data"], "post")
    assert part["data"]["taxable_total"] == "4050.00"
    again = invoice(api, order)
    assert (again["discount_amount"], again["taxable_total"]) == ("450.00", "4050.00")
    for bill in (again, whole):
        note = verb(api, "accounting/invoices", bill, "credit", expect=201)["data"]
        note = verb(api, "accounting/credit-notes", note, "post")["data"]
    final = invoice(api, order)
    assert (final["discount_amount"], final["charges_total"]) == ("900.00", "250.00")
    assert final["grand_total"] == whole["grand_total"]


def test_cancelled_credit_note_gives_its_discount_and_charges_to_nobody(api, shop):
    shop.stock(shop.chair)
    body = with_freight(shop, "2")
    order = verb(api, "sales/orders", api.post("sales/orders/", body)["data"], "confirm")["data"]
    whole = invoice(api, order)
    note = verb(api, "accounting/invoices", whole, "credit", expect=201)["data"]
    note = verb(api, "accounting/credit-notes", note, "post")["data"]
    verb(api, "accounting/credit-notes", note, "cancel", {"reason": "Wrong invoice"})
    kept = Order.objects.get(pk=order["id"])
    assert (str(kept.discount_invoiced), str(kept.charges.get().invoiced_amount)) == ("100.00", "250.00")
    assert counters(order)[3:] == ["2", "0"]


def test_sale_in_foreign_currency_is_booked_at_the_rate_of_its_own_day(api, shop):
    """Ind AS 21: the day of the invoice counts, not the one on which the goods were ordered."""
    from tests.factories import invoicing as make

    shop.stock(shop.chair)
    ordered, billed = company_today() - timedelta(days=3), company_today()
    fiscal_year_open(company=shop.company, day=ordered)
    make.rate("USD", "80", ordered)
    dollars = {"currency": make.currency("USD").pk, "date": ordered.isoformat()}
    draft = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "2",
                                                  "unit_price": "10"}, **dollars))["data"]  # fmt: skip
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    stays = verb(api, "sales/orders", order, "invoice", expect=201)["data"]
    assert stays["exchange_rate"] == "80.000000", "nobody kept a rate since"
    make.rate("USD", "82.5", billed)
    follows = verb(api, "sales/orders", order, "invoice", expect=201)["data"]
    assert (follows["date"], follows["exchange_rate"]) == (billed.isoformat(), "82.500000")
    earlier = verb(api, "sales/orders", order, "invoice", {"date": ordered.isoformat()}, 201)["data"]
    assert earlier["exchange_rate"] == "80.000000"


def test_invoice_of_a_held_order_is_refused(api, order):
    draft = verb(api, "sales/orders", order, "invoice", expect=201)["data"]
    verb(api, "sales/orders", order, "hold")
    answer = verb(api, "accounting/invoices", draft, "post", expect=409)
    assert code_of(answer) == "invalid_transition"


def test_invoice_by_api_takes_over_its_order(api, order):
    made = api.post("accounting/invoices/", {"order": order["id"]})["data"]
    assert (made["order"], made["taxable_total"], made["moves_stock"]) == (order["id"], "10000.00", False)
    verb(api, "accounting/invoices", made, "post")
    assert counters(order)[3] == "10"
    answer = api.post("accounting/invoices/", {"order": order["id"]}, 409)
    assert code_of(answer) == "over_delivery"


def test_lines_of_an_invoice_count_on_the_order_that_it_names(api, shop, order):
    lines = [{"product": shop.chair.pk, "quantity": "3"}]
    made = api.post("accounting/invoices/", {"order": order["id"], "lines": lines})["data"]
    assert made["lines"][0]["unit_price"] == "1000.000000"
    changed = api.patch(
        f"accounting/invoices/{made['id']}/", {"notes": "x", "order": order["id"], "version": made["version"]}
    )["data"]
    verb(api, "accounting/invoices", changed, "post")
    assert counters(order)[3] == "3"


def test_invoice_by_api_takes_over_its_delivery(api, order):
    delivery = deliver(api, order, "4")
    made = api.post("accounting/invoices/", {"delivery": delivery["id"]})["data"]
    assert (made["delivery"], made["order"]) == (delivery["id"], order["id"])
    assert made["taxable_total"] == "4000.00"
    verb(api, "accounting/invoices", made, "post")
    assert code_of(api.post("accounting/invoices/", {"delivery": delivery["id"]}, 409)) == "over_delivery"


@pytest.mark.parametrize("value", [999_999_999, "x", True, [1]])
def test_unknown_source_of_an_invoice_is_named(api, shop, value):
    answer = api.post("accounting/invoices/", {**shop.draft(), "order": value}, 400)
    assert answer["errors"][0]["field"] == "order"


def test_hidden_order_is_no_source(order, user_with, shop):
    client = ApiClient(
        user_with("sales.view_order", "accounting.*", "parties.view_party", levels={"sales.*": "own"})
    )
    answer = client.post("accounting/invoices/", {"order": order["id"]}, 400)
    assert (answer["errors"][0]["field"], code_of(answer)) == ("order", "not_found")


def test_proforma_by_api_takes_over_its_order(api, order):
    made = api.post("accounting/proformas/", {"order": order["id"]})["data"]
    assert (made["order"], made["grand_total"]) == (order["id"], order["grand_total"])


def test_proforma_of_an_order_shows_it_whole(api, order):
    made = verb(api, "sales/orders", order, "proforma", expect=201)["data"]
    assert made["grand_total"] == order["grand_total"]


# --- direct invoices ------------------------------------------------------------------------------


def direct(api, shop, quantity="5", **values):
    body = {**shop.draft({"product": shop.chair.pk, "quantity": quantity}), **values}
    return api.post("accounting/invoices/", body)["data"]


def test_direct_invoice_delivers_its_goods(api, shop):
    shop.stock(shop.chair, 20)
    draft = direct(api, shop)
    done = verb(api, "accounting/invoices", draft, "post")["data"]
    assert shop.on_hand() == "15"
    delivery = Delivery.objects.get(invoice_id=done["id"])
    assert (delivery.status, delivery.number[:3]) == ("posted", "DC/")
    api.get(f"sales/deliveries/{delivery.pk}/")
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def test_direct_invoice_without_stock_is_refused_whole(api, shop):
    shop.stock(shop.chair, 2)
    draft = direct(api, shop)
    answer = verb(api, "accounting/invoices", draft, "post", expect=409)
    assert (code_of(answer), answer["errors"][0]["field"]) == ("insufficient_stock", "lines.0.quantity")
    assert not Delivery.objects.exists()
    assert shop.on_hand() == "2"


def test_direct_invoice_that_moves_no_stock(api, shop):
    shop.stock(shop.chair, 2)
    draft = direct(api, shop, moves_stock=False)
    verb(api, "accounting/invoices", draft, "post")
    assert shop.on_hand() == "2"


def test_cancelled_direct_invoice_takes_its_goods_back(api, shop):
    shop.stock(shop.chair, 20)
    done = verb(api, "accounting/invoices", direct(api, shop), "post")["data"]
    delivery = Delivery.objects.get(invoice_id=done["id"])
    answer = api.post(f"sales/deliveries/{delivery.pk}/cancel/", {"reason": "x"}, 409)
    assert code_of(answer) == "in_use"
    verb(api, "accounting/invoices", done, "cancel", {"reason": "Wrong customer"})
    assert shop.on_hand() == "20"
    assert Delivery.objects.get(pk=delivery.pk).status == "cancelled"
    assert_stock_equals_ledger(shop.company)


def test_credit_note_that_takes_goods_back(api, shop):
    shop.stock(shop.chair, 20)
    done = verb(api, "accounting/invoices", direct(api, shop), "post")["data"]
    body = {
        "invoice": done["id"],
        "date": in_days(0),
        "moves_stock": True,
        "lines": [{"invoice_line": done["lines"][0]["id"], "quantity": "2"}],
    }
    note = api.post("accounting/credit-notes/", body)["data"]
    verb(api, "accounting/credit-notes", note, "post")
    assert shop.on_hand() == "17"
    assert_stock_equals_ledger(shop.company)


def test_cancelled_credit_note_lets_its_goods_leave_again(api, shop):
    shop.stock(shop.chair, 20)
    done = verb(api, "accounting/invoices", direct(api, shop), "post")["data"]
    lines = [{"invoice_line": done["lines"][0]["id"], "quantity": "2"}]
    body = {"invoice": done["id"], "date": in_days(0), "moves_stock": True, "lines": lines}
    note = api.post("accounting/credit-notes/", body)["data"]
    verb(api, "accounting/credit-notes", note, "post")
    back = DeliveryReturn.objects.get()
    answer = api.post(f"sales/returns/{back.pk}/cancel/", {"reason": "x"}, 409)
    assert code_of(answer) == "in_use"
    verb(api, "accounting/credit-notes", note, "cancel", {"reason": "They keep them"})
    back.refresh_from_db()
    assert (shop.on_hand(), back.status) == ("15", "cancelled")
    verb(api, "accounting/invoices", done, "cancel", {"reason": "Wrong customer"})
    assert shop.on_hand() == "20"
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


# --- tracking -------------------------------------------------------------------------------------


def test_serial_numbers_go_out_and_come_back(api, shop):
    from tests.factories.catalog import make_product
    from tests.factories.inventory import receive

    pump = make_product(name="Pump", tracking="serial", sale_price="9000")
    receive(shop.company, pump, 3, "5000", serials=("P1", "P2", "P3"), day=_yesterday())
    draft = api.post("sales/orders/", shop.draft({"product": pump.pk, "quantity": "2"}))["data"]
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    line = order["lines"][0]["id"]
    plain = verb(api, "sales/orders", order, "deliver", expect=201)["data"]
    answer = verb(api, "sales/deliveries", plain, "post", expect=400)
    assert answer["errors"][0]["field"] == "lines.0.serials"
    body = {"lines": [{"line": line, "quantity": "2", "serials": ["P1", "P3"]}]}
    named = verb(api, "sales/orders", order, "deliver", body, 201)["data"]
    done = verb(api, "sales/deliveries", named, "post")["data"]
    wrong = {"lines": [{"line": done["lines"][0]["id"], "quantity": "1", "serials": ["P2"]}], "reason": "x"}
    answer = verb(api, "sales/deliveries", done, "return", wrong, 400)
    assert answer["errors"][0]["field"] == "lines.0.serials"
    wrong["lines"][0]["serials"] = ["P3"]
    verb(api, "sales/deliveries", done, "return", wrong)
    from apps.inventory.models import Serial

    places = dict(Serial.objects.filter(product=pump).values_list("code", "place__code"))
    assert places == {"P1": "CUSTOMER", "P2": "MAIN", "P3": "MAIN"}


def _yesterday():
    return company_today() - timedelta(days=1)


# --- rights and paper -----------------------------------------------------------------------------


def test_stores_deliver_but_do_not_confirm(order, api, user_with):
    client = ApiClient(
        user_with("sales.view_order", "sales.deliver_order", "sales.view_delivery", "sales.post_delivery")
    )
    verb(client, "sales/orders", order, "hold", expect=403)
    deliver(client, order, "1")


def test_viewer_may_do_nothing(order, api, user_with):
    delivery = deliver(api, order, "1")
    client = ApiClient(user_with("sales.view_order", "sales.view_delivery"))
    for name in ("deliver", "invoice", "hold", "cancel", "close", "amend", "proforma"):
        verb(client, "sales/orders", order, name, expect=403)
    for name in ("return", "cancel", "invoice"):
        verb(client, "sales/deliveries", delivery, name, expect=403)


def test_challan_is_printed_in_three_copies(api, order):
    delivery = deliver(api, order, "4")
    content = api.get(f"sales/deliveries/{delivery['id']}/pdf/")
    assert content.startswith(b"%PDF")
    text, *copies = pdf.texts(content)
    assert len(copies) == 2
    assert delivery["number"] in text
    assert "Chair" in text
