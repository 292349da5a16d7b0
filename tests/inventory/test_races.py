"""Many people at once on one item: nothing is sold twice; without the guard it would be."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from apps.core.errors import Refused
from apps.core.uow import run_in_unit_of_work
from apps.inventory.ledger import InsufficientStock, Move, move
from apps.inventory.models import Reservation, StockMove, StockRow
from apps.inventory.services.proof import stock_prove
from apps.inventory.services.reservations import Want, reserve
from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, issue, place, receive, stock_company
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]
D = Decimal
THREADS, ROUNDS = 16, 10


@pytest.fixture
def stock(commits: str) -> tuple[Any, Any]:
    """100 pieces in two layers, committed."""
    company = run_in_unit_of_work(stock_company)
    product = make_product(valuation_method="fifo")

    def work() -> None:
        receive(company, product, 60, 10)
        receive(company, product, 40, 12)

    run_in_unit_of_work(work)
    return company, product


def sell(company: Any, product: Any, number: int) -> int:
    """Each thread tries to sell 10 times 1 piece (160 wanted, 100 there); → how many it sold."""
    sold = 0
    for turn in range(ROUNDS):
        source = ("t.race", number * 1000 + turn)
        with suppress(InsufficientStock):
            run_in_unit_of_work(lambda source=source: issue(company, product, 1, source=source))
            sold += 1
    return sold


def test_sixteen_sellers_never_oversell_one_item(stock):
    company, product = stock
    sold = run_in_threads(THREADS, lambda number: sell(company, product, number))
    assert sum(sold) == 100
    row = StockRow.objects.get(product=product)
    assert (row.quantity, row.value) == (0, 0)
    assert StockMove.objects.filter(movement_kind="sales_delivery").aggregate(v=Sum("value"))["v"] == 1080
    assert_stock_equals_ledger()
    assert_balanced()


def test_without_the_row_lock_the_same_goods_are_sold_twice(stock, monkeypatch):
    """The twin with the guard off: if this passes the test above proves nothing."""
    company, product = stock
    monkeypatch.setattr(
        "apps.inventory.ledger.rows.lock_found", lambda found: list(found.order_by("pk").all())
    )
    run_in_threads(THREADS, lambda number: sell(company, product, number))
    assert stock_prove()


def test_two_orders_for_the_last_goods_reserve_them_once(stock):
    """Field note C13 with threads: free 10, two want 7."""
    company, product = stock
    here = place(company)
    run_in_unit_of_work(lambda: issue(company, product, 90, source=("t.race", 1)))

    def work(number: int) -> Any:
        want = Want(product, here, D(7), ("t.order", number))
        return run_in_unit_of_work(lambda: reserve([want], by=None))[0]

    got = run_in_threads(2, work)
    assert sorted(isinstance(item, Refused) for item in got) == [False, True]
    row = StockRow.objects.get(product=product)
    assert (row.quantity, row.reserved, Reservation.objects.count()) == (10, 7, 1)
    assert_stock_equals_ledger()


def test_one_document_posted_by_many_moves_once(stock):
    company, product = stock

    def work(number: int) -> Any:
        return run_in_unit_of_work(lambda: issue(company, product, 5, source=("t.once", 1)).pk)

    made = run_in_threads(8, work)
    assert len(set(made)) == 1
    assert StockRow.objects.get(product=product).quantity == 95
    assert_stock_equals_ledger()


def test_lines_in_any_order_never_deadlock_for_good(stock):
    """Each document takes both products, in either order: rows are locked by id, so that all go through."""
    company, first = stock
    second = make_product()
    run_in_unit_of_work(lambda: receive(company, second, 100, 1))
    here, out = place(company), place(company, "CUSTOMER")

    def work(number: int) -> int:
        pair = [first, second] if number % 2 else [second, first]
        for turn in range(6):
            lines = [Move(product, D(1), here, out, line_path=f"lines.{i}") for i, product in enumerate(pair)]
            source = ("t.both", number * 100 + turn)
            run_in_unit_of_work(
                lambda lines=lines, source=source: move(
                    lines, source=source, purpose="out", date=DAY, by=None
                )
            )
        return 6

    assert run_in_threads(8, work) == [6] * 8
    assert StockRow.objects.get(product=second).quantity == 52
    assert_stock_equals_ledger()


def test_new_items_arriving_at_once_share_one_row(commits):
    company = run_in_unit_of_work(stock_company)
    product = make_product()

    def work(number: int) -> Any:
        return run_in_unit_of_work(
            lambda: receive(company, product, number + 1, 10, source=("t.first", number)).pk
        )

    made = run_in_threads(8, work)
    assert all(isinstance(pk, int) for pk in made), made
    assert StockRow.objects.get(product=product).quantity == 36
    assert_stock_equals_ledger()
