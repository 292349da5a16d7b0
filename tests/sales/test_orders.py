"""Orders: confirmation with credit and reservation, hold, amendment, closing, cancelling."""

from __future__ import annotations

import pytest

from apps.documents.models import TimelineEntry
from apps.inventory.models import Reservation
from apps.sales.models import Order, OrderLine
from apps.sales.portal import orders_to_invoice
from apps.sales.selectors import order_short
from tests.factories.sales import Shop, in_days
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def confirmed(api, shop):
    """10 chairs and 2 tables, confirmed, with stock of both."""
    shop.stock(shop.chair)
    shop.stock(shop.table)
    draft = api.post("sales/orders/", shop.draft())["data"]
    return api.post(f"sales/orders/{draft['id']}/confirm/", expect=200)["data"]


def verb(api, order, name, data=None, expect=200):
    return api.post(f"sales/orders/{order['id']}/{name}/", data or {}, expect)


def code_of(answer):
    return answer["errors"][0]["code"]


def reserved(order):
    return [line["reserved_quantity"] for line in order["lines"]]


def test_confirming_numbers_the_order_and_reserves_its_goods(confirmed):
    assert confirmed["status"] == "confirmed"
    assert confirmed["number"].startswith("SO/")
    assert reserved(confirmed) == ["10.000000", "2.000000"]
    assert confirmed["delivery_status"] == "none"
    assert confirmed["invoice_status"] == "none"
    held = Reservation.objects.filter(holder_kind="sales.orderline").order_by("id")
    assert [f"{row.quantity.normalize():f}" for row in held] == ["10", "2"]


def test_short_stock_is_reserved_in_part_and_said(api, shop):
    shop.stock(shop.chair, 4)
    draft = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    answer = verb(api, draft, "confirm")
    assert reserved(answer["data"]) == ["4.000000"]
    assert "4 of 10 reserved" in answer["message"]


def test_two_orders_share_what_there_is(api, shop):
    """C13 one after the other: 10 on hand, two ask for 7."""
    shop.stock(shop.chair, 10)
    orders = [
        api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "7"}))["data"]
        for _ in range(2)
    ]
    got = [reserved(verb(api, order, "confirm")["data"])[0] for order in orders]
    assert got == ["7.000000", "3.000000"]


def test_services_and_shadow_lines_reserve_nothing(api, shop):
    lines = [
        {"product": shop.fitting.pk, "quantity": "1"},
        {"product": shop.chair.pk, "quantity": "5", "shadow": True},
    ]
    draft = api.post("sales/orders/", shop.draft(*lines))["data"]
    order = verb(api, draft, "confirm")["data"]
    assert reserved(order) == ["0.000000", "0.000000"]
    assert order["delivery_status"] == "not_needed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"promised_date": in_days(-1)}, "promised_date"),
        ({"lines": [{"quantity": "1"}]}, "lines.0.product"),
        ({"exchange_rate": "2"}, "exchange_rate"),
    ],
)
def test_wrong_drafts_are_refused_by_name(api, shop, values, field):
    answer = api.post("sales/orders/", {**shop.draft(), **values}, 400)
    assert field in {error["field"] for error in answer["errors"]}


def test_place_of_another_company_is_refused(api, shop):
    from apps.inventory.models import Place
    from tests.factories.company import make_company

    foreign = Place.objects.get(company=make_company(), code="MAIN")
    answer = api.post("sales/orders/", shop.draft(place=foreign.pk), 400)
    assert answer["errors"][0]["field"] == "place"


# --- credit ---------------------------------------------------------------------------------------


@pytest.fixture
def held(db):
    """A customer on hold with a limit of 20,000."""
    return Shop(credit_limit="20000", credit_policy="hold")


def chairs(shop, count):
    return shop.draft({"product": shop.chair.pk, "quantity": str(count)})


def test_order_over_the_limit_is_refused_with_the_figures(api, held, user_with):
    first = api.post("sales/orders/", chairs(held, 10))["data"]
    verb(api, first, "confirm")
    second = api.post("sales/orders/", chairs(held, 8))["data"]
    clerk = ApiClient(user_with("sales.*", "parties.view_party"))
    answer = verb(clerk, second, "confirm", expect=409)
    assert code_of(answer) == "credit_limit"
    assert "21,240.00" in answer["message"]
    assert Order.objects.get(pk=second["id"]).status == "draft"


def test_permission_and_reason_let_an_order_pass_the_limit(api, held, user_with):
    order = api.post("sales/orders/", chairs(held, 20))["data"]
    plain = ApiClient(user_with("sales.view_order", "sales.confirm_order"))
    assert code_of(verb(plain, order, "confirm", {"reason": "He will pay"}, 409)) == "credit_limit"
    assert code_of(verb(api, order, "confirm", expect=409)) == "credit_limit"
    done = verb(api, order, "confirm", {"reason": "Agreed with the director"})["data"]
    assert done["credit_reason"] == "Agreed with the director"
    entry = TimelineEntry.objects.get(
        target_kind="sales.order", target_id=order["id"], verb="credit_released"
    )
    assert entry.data["over"] == "3600.00"


def test_released_order_is_delivered_and_invoiced_without_asking_again(api, held, user_with):
    held.stock(held.chair)
    order = api.post("sales/orders/", chairs(held, 20))["data"]
    order = verb(api, order, "confirm", {"reason": "Agreed with the director"})["data"]
    clerk = ApiClient(
        user_with(
            "sales.view_order", "sales.deliver_order", "sales.invoice_order", "sales.view_delivery",
            "sales.post_delivery", "accounting.view_invoice", "accounting.post_invoice",
        )
    )  # fmt: skip
    delivery = verb(clerk, order, "deliver", expect=201)["data"]
    clerk.post(f"sales/deliveries/{delivery['id']}/post/", expect=200)
    invoice = verb(clerk, order, "invoice", expect=201)["data"]
    clerk.post(f"accounting/invoices/{invoice['id']}/post/", expect=200)
    direct = api.post("accounting/invoices/", {**chairs(held, 1), "moves_stock": False})["data"]
    answer = clerk.post(f"accounting/invoices/{direct['id']}/post/", expect=409)
    assert code_of(answer) == "credit_limit"


def test_order_billed_in_part_counts_once_in_the_exposure(api, held):
    """An order within the limit is billed in two parts; no part is counted on top of the order."""
    order = api.post("sales/orders/", chairs(held, 16))["data"]
    order = verb(api, order, "confirm")["data"]
    line = order["lines"][0]["id"]
    for quantity in ("10", "6"):
        body = {"lines": [{"line": line, "quantity": quantity}], "basis": "ordered"}
        invoice = verb(api, order, "invoice", body, 201)["data"]
        api.post(f"accounting/invoices/{invoice['id']}/post/", expect=200)


def test_customer_with_policy_warn_is_served_with_a_warning(api, db):
    shop = Shop(credit_limit="1000", credit_policy="warn")
    order = api.post("sales/orders/", chairs(shop, 1))["data"]
    answer = verb(api, order, "confirm")
    assert "limit" in answer["message"]
    assert TimelineEntry.objects.filter(target_id=order["id"], verb="credit_warning").exists()


def test_advances_and_cancelled_orders_free_the_limit(api, held):
    first = api.post("sales/orders/", chairs(held, 16))["data"]
    verb(api, first, "confirm")
    second = api.post("sales/orders/", chairs(held, 16))["data"]
    assert code_of(verb(api, second, "confirm", expect=409)) == "credit_limit"
    verb(api, first, "cancel", {"reason": "Not wanted"})
    verb(api, second, "confirm")
    from tests.factories import invoicing

    invoicing.receipt(company=held.company, party=held.customer, amount="10000")
    third = api.post("sales/orders/", chairs(held, 8))["data"]
    verb(api, third, "confirm")


# --- life -----------------------------------------------------------------------------------------


def test_order_on_hold_is_not_delivered(api, confirmed):
    held = verb(api, confirmed, "hold", {"reason": "Waiting for the advance"})["data"]
    assert held["status"] == "on_hold"
    assert code_of(verb(api, held, "deliver", expect=409)) == "invalid_transition"
    assert verb(api, held, "resume")["data"]["status"] == "confirmed"


def test_cancelling_frees_the_stock_and_needs_a_reason(api, confirmed):
    assert verb(api, confirmed, "cancel", expect=400)["errors"][0]["field"] == "reason"
    done = verb(api, confirmed, "cancel", {"reason": "Customer withdrew"})["data"]
    assert done["status"] == "cancelled"
    assert reserved(done) == ["0.000000", "0.000000"]
    assert not Reservation.objects.exists()


def test_closing_short_needs_a_reason_and_frees_the_stock(api, confirmed):
    assert verb(api, confirmed, "close", expect=400)["errors"][0]["field"] == "reason"
    assert verb(api, confirmed, "close", {"reason": "Rest not wanted"})["data"]["status"] == "closed"
    assert not Reservation.objects.exists()


def test_confirmed_order_refuses_a_plain_change(api, confirmed):
    answer = api.patch(
        f"sales/orders/{confirmed['id']}/", {"notes": "x", "version": confirmed["version"]}, 409
    )
    assert code_of(answer) == "invalid_transition"


def test_amending_changes_quantities_reservation_and_totals(api, shop, confirmed):
    chair = confirmed["lines"][0]
    body = {
        "lines": [{"line": chair["id"], "quantity": "12"}, {"product": shop.fitting.pk, "quantity": "1"}],
        "promised_date": in_days(5),
        "reason": "Two more",
    }
    done = verb(api, confirmed, "amend", body)["data"]
    assert reserved(done) == ["12.000000", "2.000000", "0.000000"]
    assert done["grand_total"] == "24190.00"
    assert done["promised_date"] == in_days(5)
    entry = TimelineEntry.objects.get(target_id=confirmed["id"], verb="amended")
    assert {"line": 1, "field": "quantity", "old": "10.000000", "new": "12"} in entry.data["changes"]
    less = verb(api, done, "amend", {"lines": [{"line": chair["id"], "quantity": "3"}]})["data"]
    assert reserved(less) == ["3.000000", "2.000000", "0.000000"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"quantity": "0"}, "lines.0.quantity"),
        ({"quantity": "-1"}, "lines.0.quantity"),
        ({"unit_price": "x"}, "lines.0.unit_price"),
        ({"colour": "red"}, "lines.0.colour"),
    ],
)
def test_wrong_amendments_are_refused_by_name(api, confirmed, row, field):
    body = {"lines": [{"line": confirmed["lines"][0]["id"], **row}]}
    assert verb(api, confirmed, "amend", body, 400)["errors"][0]["field"] == field


def test_database_itself_refuses_more_than_ordered(confirmed):
    from django.db import IntegrityError, transaction

    line = OrderLine.objects.get(pk=confirmed["lines"][0]["id"])
    for column, value in (
        ("delivered_quantity", 11),
        ("invoiced_quantity", 11),
        ("returned_quantity", 1),
        ("credited_quantity", 1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderLine.objects.filter(pk=line.pk).update(**{column: value})


def test_customer_belongs_to_the_company_that_promised_first(api, shop, confirmed):
    """A confirmed order ties the customer to its company, not only the first invoice."""
    from tests.factories.company import make_company

    shop.customer.refresh_from_db()
    assert shop.customer.billing_company == shop.company
    other = make_company(code="SISTER")
    body = shop.draft({"description": "Advice", "quantity": "1", "unit_price": "10"}, company=other.pk)
    assert code_of(api.post("sales/orders/", body, 409)) == "company_locked"


def test_draft_of_another_company_is_not_confirmed_after_the_first_promise(api, shop):
    from tests.factories.company import make_company

    other = make_company(code="SISTER")
    line = {"product": shop.fitting.pk, "quantity": "1"}
    late = api.post("sales/orders/", shop.draft(line, company=other.pk))["data"]
    offer = api.post("sales/quotations/", shop.draft(line, company=other.pk))["data"]
    first = api.post("sales/orders/", shop.draft(line))["data"]
    verb(api, first, "confirm")
    assert code_of(verb(api, late, "confirm", expect=409)) == "company_locked"
    assert code_of(api.post(f"sales/quotations/{offer['id']}/send/", {}, 409)) == "company_locked"
    release = {"reason": "The sister firm sells to them now"}
    api.post(f"parties/parties/{shop.customer.pk}/release-company/", release, 200)
    verb(api, late, "confirm")
    shop.customer.refresh_from_db()
    assert shop.customer.billing_company == other


def test_goods_that_came_in_since_are_reserved_by_a_button(api, shop):
    shop.stock(shop.chair, 4)
    draft = api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    order = verb(api, draft, "confirm")["data"]
    shop.stock(shop.chair, 5)
    answer = verb(api, order, "reserve")
    assert (reserved(answer["data"]), "9 of 10 reserved" in answer["message"]) == (["9.000000"], True)
    shop.stock(shop.chair, 5)
    answer = verb(api, order, "reserve")
    assert (reserved(answer["data"]), "of 10" in answer["message"]) == (["10.000000"], False)
    assert not order_short(Order.objects.get(pk=order["id"])), "then the button goes"
    assert Reservation.objects.get().quantity == 10


def test_orders_to_invoice_are_those_delivered_and_services(api, shop):
    shop.stock(shop.chair)
    chairs, fitting = ({"product": row.pk, "quantity": "2"} for row in (shop.chair, shop.fitting))
    made = [api.post("sales/orders/", shop.draft(line))["data"] for line in (chairs, fitting, fitting)]
    made = [verb(api, draft, "confirm")["data"] for draft in made]

    def waiting():
        return set(orders_to_invoice(Order.objects.all()).values_list("pk", flat=True))

    ordered, service, billed = (order["id"] for order in made)
    assert waiting() == {service, billed}
    invoice = verb(api, made[2], "invoice", expect=201)["data"]
    api.post(f"accounting/invoices/{invoice['id']}/post/", {}, 200)
    delivery = verb(api, made[0], "deliver", expect=201)["data"]
    api.post(f"sales/deliveries/{delivery['id']}/post/", {}, 200)
    assert waiting() == {ordered, service}
