"""Sixteen people on one order: never more is delivered or billed than was ordered."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from apps.accounting.models import Invoice
from apps.core.errors import Busy, Refused
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from apps.inventory.models import StockMove
from apps.sales.models import Delivery, DeliveryLine, Order, OrderLine
from apps.sales.services.orders import order_compute
from apps.sales.services.quotations import document_store
from tests.factories.sales import Shop
from tests.kit.ledger import assert_balanced
from tests.kit.owner import owner_connection
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]
THREADS, ROUNDS, ORDERED = 16, 4, 20


@pytest.fixture
def order(commits: str) -> Order:
    """20 chairs, confirmed and committed; 100 are in stock, so that only the order limits."""

    def work() -> Order:
        shop = Shop()
        shop.stock(shop.chair, 100)
        made = Order(company=shop.company, party=shop.customer)
        line = OrderLine(product=shop.chair, quantity=Decimal(ORDERED), position=1)
        order_compute(made, [line], [])
        document_store(made, lines=[line], parent="order")
        return transition_run(made, "confirm", by=None)

    return run_in_unit_of_work(work)


def drafts(order: Order) -> list[list[int]]:
    """For each thread its drafts of one chair each: 64 wanted, 20 ordered."""

    def work() -> list[list[int]]:
        line = order.lines.get()
        return [[one_draft(order, line).pk for _ in range(ROUNDS)] for _ in range(THREADS)]

    return run_in_unit_of_work(work)


def one_draft(order: Order, line: OrderLine) -> Delivery:
    return transition_run(order, "deliver", by=None, data={"lines": [{"line": line.pk, "quantity": "1"}]})


def post_all(ids: list[int]) -> int:
    """Post each draft; → how many went through."""
    posted = 0
    for pk in ids:
        with suppress(Refused, Busy):
            run_in_unit_of_work(lambda pk=pk: transition_run(Delivery.objects.get(pk=pk), "post", by=None))
            posted += 1
    return posted


def test_sixteen_clerks_never_deliver_more_than_was_ordered(order):
    table = drafts(order)
    posted = run_in_threads(THREADS, lambda number: post_all(table[number]))
    assert sum(posted) == ORDERED, posted
    line = OrderLine.objects.get(order=order)
    assert (line.delivered_quantity, line.reserved_quantity) == (ORDERED, 0)
    shipped = DeliveryLine.objects.filter(delivery__status="posted").aggregate(q=Sum("quantity"))["q"]
    moved = StockMove.objects.filter(movement_kind="sales_delivery").aggregate(q=Sum("quantity"))["q"]
    assert shipped == moved == ORDERED
    numbers = sorted(Delivery.objects.filter(status="posted").values_list("number", flat=True))
    assert [int(number.rsplit("/", 1)[1]) for number in numbers] == list(range(1, ORDERED + 1))
    assert_stock_equals_ledger()
    assert_balanced()


def unguarded(change: str, guard: str, quantities: Any) -> list[int]:
    """What a toy does: read, compare, write back."""
    over = []
    for pk, quantity in quantities.items():
        line = OrderLine.objects.get(pk=pk)
        if line.delivered_quantity - line.returned_quantity + quantity > line.quantity:
            over.append(pk)
        else:
            done = line.delivered_quantity + quantity
            OrderLine.objects.filter(pk=pk).update(delivered_quantity=done)
    return over


def test_without_the_guard_more_goes_out_than_was_ordered(order, monkeypatch):
    """The twin with the guard off: if it delivered 20, the test above would prove nothing."""
    table = drafts(order)
    with owner_connection() as owner:
        owner.execute("ALTER TABLE sales_orderline DROP CONSTRAINT sales_orderline_not_over_delivered")
    monkeypatch.setattr("apps.sales.services.fulfilment._guarded", unguarded)
    posted = run_in_threads(THREADS, lambda number: post_all(table[number]))
    assert sum(posted) > ORDERED


def test_one_draft_is_posted_once_by_many(order):
    draft = run_in_unit_of_work(lambda: one_draft(order, order.lines.get()))
    posted = run_in_threads(THREADS, lambda _number: post_all([draft.pk]))
    assert sum(posted) == 1
    assert OrderLine.objects.get(order=order).delivered_quantity == 1


def test_an_order_is_billed_once_by_many(order):
    def work() -> list[int]:
        return [transition_run(order, "invoice", by=None).pk for _ in range(8)]

    ids = run_in_unit_of_work(work)

    def post(number: int) -> int:
        with suppress(Refused, Busy):
            run_in_unit_of_work(lambda: transition_run(Invoice.objects.get(pk=ids[number]), "post", by=None))
            return 1
        return 0

    assert sum(run_in_threads(8, post)) == 1
    assert OrderLine.objects.get(order=order).invoiced_quantity == ORDERED
    assert_balanced()


def test_cancelling_and_delivering_at_once_never_both_happen(order):
    draft = run_in_unit_of_work(lambda: one_draft(order, order.lines.get()))

    def work(number: int) -> str:
        with suppress(Refused, Busy):
            if number % 2:
                post = lambda: transition_run(Delivery.objects.get(pk=draft.pk), "post", by=None)  # noqa: E731 - a race needs a callable
                run_in_unit_of_work(post)
                return "delivered"
            data = {"reason": "Not wanted"}
            run_in_unit_of_work(lambda: transition_run(order, "cancel", by=None, data=data))
            return "cancelled"
        return ""

    happened = [result for result in run_in_threads(4, work) if result]
    assert len(happened) == 1, happened
    order.refresh_from_db()
    assert (order.status == "cancelled") == (happened == ["cancelled"])


def test_the_last_of_the_credit_limit_goes_to_one_order(commits):
    """Two orders of one customer on hold in the same instant: one passes."""

    def work() -> list[Order]:
        shop = Shop(credit_limit="20000", credit_policy="hold")
        orders = []
        for _ in range(2):
            made = Order(company=shop.company, party=shop.customer)
            line = OrderLine(product=shop.chair, quantity=Decimal(10), position=1)
            order_compute(made, [line], [])
            orders.append(document_store(made, lines=[line], parent="order"))
        return orders

    orders = run_in_unit_of_work(work)

    def confirm(number: int) -> int:
        with suppress(Refused):
            run_in_unit_of_work(lambda: transition_run(orders[number], "confirm", by=None))
            return 1
        return 0

    assert sum(run_in_threads(2, confirm)) == 1
    assert connection.schema_name == "org_acme"
