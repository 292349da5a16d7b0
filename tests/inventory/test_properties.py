"""Any history through the ORM: stock is the sum of its movements, value the account's, a replay agrees."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import Refused
from apps.inventory.calculation.valuation import (
    MoveType,
    ValuationMethod,
    value_moves,
)
from apps.inventory.calculation.valuation import (
    StockMove as Entry,
)
from apps.inventory.ledger import InsufficientStock
from apps.inventory.models import Place, StockRow
from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, goods, issue, make_place, receive, stock_company
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db
D = Decimal
METHODS = {
    "fifo": ValuationMethod.FIFO,
    "lifo": ValuationMethod.LIFO,
    "moving_average": ValuationMethod.MOVING_AVERAGE,
}
QUANTITIES = st.decimals(min_value=D("0.5"), max_value=20, places=2)
COSTS = st.decimals(min_value=D("0.01"), max_value=300, places=2)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["in", "in", "out", "out", "back"]), st.integers(0, 8), QUANTITIES, COSTS),
    min_size=1,
    max_size=12,
)
_code = count(1)
EXAMPLES = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def company():
    return stock_company()


def worth(move) -> Decimal:
    return move.value + sum(move.revaluations.values_list("amount", flat=True), D(0))


@pytest.mark.parametrize("method", METHODS)
@EXAMPLES
@given(entries=ENTRIES)
def test_any_entries_in_any_order_of_dates_give_what_a_full_replay_gives(company, method, entries):
    """Entered day by day or backdated, refused or not: equal to the pure replay, to the paisa."""
    product = make_product(f"H{next(_code)}-{method}", valuation_method=method)
    moves, history, issues = {}, [], []
    for seq, (kind, offset, quantity, cost) in enumerate(entries, 1):
        day: date = DAY + timedelta(offset)
        if kind == "in":
            history.append(Entry(seq, day, MoveType.RECEIPT, quantity, cost))
        elif kind == "out":
            history.append(Entry(seq, day, MoveType.ISSUE, quantity))
        else:
            named = next((s for s, on, _q in issues if on <= day), None)
            if named is None:
                continue
            left = next(q for s, _on, q in issues if s == named)
            history.append(Entry(seq, day, MoveType.SALE_RETURN, min(quantity, left), ref=named))
        expected = value_moves(METHODS[method], history, empty_takes_all=True)
        try:
            with transaction.atomic():
                moves[seq] = enter(company, product, history[-1], moves)
        except Refused:
            assert seq in expected.rejected
            history.pop()
            continue
        assert seq not in expected.rejected
        if kind == "out":
            issues.append((seq, day, quantity))
        elif kind == "back":
            entry = history[-1]
            issues = [(s, on, q - entry.quantity if s == entry.ref else q) for s, on, q in issues]
            issues = [item for item in issues if item[2] > 0]
    if not moves:
        return
    expected = value_moves(METHODS[method], history, empty_takes_all=True)
    row = StockRow.objects.get(product=product)
    assert (row.quantity, row.value) == (expected.closing_quantity, expected.closing_value)
    assert {seq: worth(move) for seq, move in moves.items()} == expected.values
    assert_stock_equals_ledger()
    assert_balanced()


def enter(company, product, entry, moves):
    if entry.type == MoveType.RECEIPT:
        return receive(company, product, entry.quantity, entry.unit_cost, day=entry.date)
    if entry.type == MoveType.ISSUE:
        return issue(company, product, entry.quantity, day=entry.date)
    named = moves[entry.ref]
    return goods(company, product, entry.quantity, "CUSTOMER", "MAIN", day=entry.date, returned_move=named)[0]


INSIDE = ("MAIN", "SHOP", "TRANSIT")
OUTSIDE = ("VENDOR", "CUSTOMER", "SCRAP", "ADJUST")
PLACES = ("MAIN", "SHOP", "TRANSIT", "CUSTOMER", "SCRAP", "ADJUST")
ROUTES = st.lists(
    st.tuples(
        st.sampled_from(("VENDOR", *PLACES)),
        st.sampled_from(PLACES),
        st.integers(0, 5),
        QUANTITIES,
        COSTS,
    ),
    max_size=14,
)


@pytest.mark.parametrize("method", [*METHODS, "standard", "specific"])
@EXAMPLES
@given(routes=ROUTES)
def test_goods_on_any_way_keep_stock_and_books_together(company, method, routes):
    """Transfers, scrap, adjustments, returns without a named issue, in any order of dates."""
    if not Place.objects.filter(company=company, code="SHOP").exists():
        make_place(company, "SHOP")
    product = make_product(f"W{next(_code)}-{method}", valuation_method=method, standard_cost=D("7.77"))
    receive(company, product, 30, D("3.33"))
    for start, end, offset, quantity, cost in routes:
        cost_in = cost if start == "VENDOR" else None
        if start == end or (start in OUTSIDE and end not in INSIDE):
            continue
        with suppress(InsufficientStock), transaction.atomic():
            goods(company, product, quantity, start, end, day=DAY + timedelta(offset), cost=cost_in)
    assert_stock_equals_ledger()
    assert_balanced()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inventory_stockrow WHERE quantity < 0 OR value < 0")
        assert cursor.fetchone()[0] == 0
