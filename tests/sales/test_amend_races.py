"""A line is removed from an order while somebody delivers it: one comes first, the other is refused."""

from __future__ import annotations

from typing import Any

import pytest

from apps.core.errors import InvalidInput
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from apps.sales.models import DeliveryLine, Order, OrderLine
from apps.sales.services.orders import order_compute
from apps.sales.services.quotations import document_store
from tests.factories.sales import Shop
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]
ROUNDS = 6


def made(shop: Shop) -> Order:
    def work() -> Any:
        order = Order(company=shop.company, party=shop.customer)
        lines = [
            OrderLine(product=p, quantity=2, position=n) for n, p in enumerate((shop.chair, shop.table), 1)
        ]
        order_compute(order, lines, [])
        document_store(order, lines=lines, parent="order")
        return transition_run(order, "confirm", by=None)

    return run_in_unit_of_work(work)


def stocked() -> Shop:
    shop = Shop()
    shop.stock(shop.chair, 100)
    shop.stock(shop.table, 100)
    return shop


def test_line_is_removed_or_delivered_never_both(commits):
    shop = run_in_unit_of_work(stocked)
    for _round in range(ROUNDS):
        order = made(shop)
        line = order.lines.get(position=1)
        asked = [
            ("amend", {"lines": [{"line": line.pk, "remove": True}]}),
            ("deliver", {"lines": [{"line": line.pk, "quantity": "1"}]}),
        ]

        def run(number: int, order: Order = order, asked: Any = asked) -> Any:
            name, data = asked[number]
            return run_in_unit_of_work(lambda: transition_run(order, name, by=None, data=data))

        results = run_in_threads(2, run)
        refused = [result for result in results if isinstance(result, Exception)]
        assert [type(error) for error in refused] == [InvalidInput], results
        there = OrderLine.objects.filter(pk=line.pk).exists()
        assert (
            there
            == DeliveryLine.objects.filter(order_line=line.pk).exists()
            == isinstance(results[0], Exception)
        )
    assert_stock_equals_ledger()
