"""Stock valuation and landed cost against golden cases, and what must hold for any history."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inventory.calculation.landed_cost import LandedCostBasis, LandedLine, landed_cost_shares
from apps.inventory.calculation.valuation import (
    InsufficientStockError,
    Layer,
    MoveType,
    StockMove,
    Valuation,
    ValuationMethod,
    average_issue,
    issue_from_layers,
    value_changes,
    value_moves,
)

from .kit import cases, dec, same

D = Decimal
FIFO, LIFO, AVERAGE = ValuationMethod.FIFO, ValuationMethod.LIFO, ValuationMethod.MOVING_AVERAGE


def golden_move(move: dict[str, Any]) -> StockMove:
    return StockMove(
        seq=move["seq"],
        date=date.fromisoformat(move["date"]),
        type=MoveType(move["type"]),
        quantity=dec(move["qty"]),
        unit_cost=dec(move.get("unit_cost")),
        ref=move.get("ref"),
    )


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "stock_valuation"))
def test_storekeeper_gets_the_golden_value(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    result = value_moves(
        ValuationMethod(inputs["method"]),
        [golden_move(move) for move in inputs["moves"]],
        allow_negative=inputs.get("allow_negative", False),
    )
    layers = [
        {"qty": layer.quantity, "unit_cost": round(layer.unit_cost, 4), "from_seq": layer.source}
        for layer in result.layers
    ]
    answer = {
        "move_values": {str(seq): value for seq, value in result.values.items()},
        "closing_qty": result.closing_quantity,
        "closing_value": result.closing_value,
        "rejected": list(result.rejected),
        "layers": layers,
        "adjustments": sum(result.adjustments.values(), D(0)),
        "purchase_return_variance": sum(result.variances.values(), D(0)),
    }
    assert same(expected, {key: answer[key] for key in expected}), answer


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "landed_cost"))
def test_buyer_gets_the_golden_landed_cost(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    lines = [
        LandedLine(
            quantity=dec(line["qty"]),
            rate=dec(line["rate"]),
            sold_quantity=dec(line.get("sold_qty")),
            weight=dec(line.get("weight")),
        )
        for line in inputs["lines"]
    ]
    shares = landed_cost_shares(dec(inputs["charges"]), lines, LandedCostBasis(inputs["basis"]))
    answer = {
        "lines": [
            {
                "item": line["item"],
                "allocated": share.allocated,
                "to_stock": share.to_stock,
                "to_cogs": share.to_cogs,
                "new_unit_cost": share.new_unit_cost,
            }
            for line, share in zip(inputs["lines"], shares, strict=True)
        ],
        "total": sum((share.allocated for share in shares), D(0)),
    }
    assert same(expected, answer), answer


# Any history: what came in is what went out plus what is left.

COSTS = st.decimals(min_value=D("0.0001"), max_value=500, places=4)
QUANTITIES = st.decimals(min_value=D("0.001"), max_value=60, places=3)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["receipt", "issue"]), st.integers(0, 9), QUANTITIES, COSTS), max_size=14
)


def history(entries: list[tuple[str, int, Decimal, Decimal]]) -> list[StockMove]:
    start = date(2026, 4, 1)
    return [
        StockMove(seq, start + timedelta(day), MoveType(kind), quantity, cost)
        for seq, (kind, day, quantity, cost) in enumerate(entries, 1)
    ]


def book_value(result: Valuation, moves: list[StockMove]) -> Decimal:
    types = {move.seq: move.type for move in moves}
    return sum(
        (value if types[seq] == MoveType.RECEIPT else -value for seq, value in result.values.items()), D(0)
    ) - sum(result.adjustments.values(), D(0))


@given(ENTRIES, st.sampled_from([FIFO, LIFO, AVERAGE]))
@settings(max_examples=200, deadline=None)
def test_stock_account_equals_the_stock(
    entries: list[tuple[str, int, Decimal, Decimal]], method: ValuationMethod
) -> None:
    moves = history(entries)
    result = value_moves(method, moves, empty_takes_all=True)
    assert result.closing_value == book_value(result, moves)
    assert result.closing_quantity >= 0
    if not result.closing_quantity:
        assert result.closing_value == 0
        assert result.layers == ()
    exact = sum((layer.exact_value for layer in result.layers), D(0))
    assert abs(result.closing_value - exact) <= D("0.01") * (len(moves) + 1)


@given(ENTRIES, st.sampled_from([FIFO, LIFO, AVERAGE]))
@settings(max_examples=100, deadline=None)
def test_negative_stock_settles_when_goods_arrive(
    entries: list[tuple[str, int, Decimal, Decimal]], method: ValuationMethod
) -> None:
    moves = history(entries)
    result = value_moves(method, moves, allow_negative=True, empty_takes_all=True)
    assert not result.rejected
    assert result.closing_quantity == sum((move.change for move in moves), D(0))
    assert not (result.layers and result.shortfalls)
    assert result.closing_value == book_value(result, moves)


@given(ENTRIES)
@settings(max_examples=100, deadline=None)
def test_replay_from_a_snapshot_equals_the_whole_replay(
    entries: list[tuple[str, int, Decimal, Decimal]],
) -> None:
    moves = sorted(history(entries), key=lambda move: (move.date, move.seq))
    moves = [StockMove(n, m.date, m.type, m.quantity, m.unit_cost) for n, m in enumerate(moves, 1)]
    half = len(moves) // 2
    for method in (FIFO, LIFO, AVERAGE):
        whole = value_moves(method, moves)
        first = value_moves(method, moves[:half])
        rest = value_moves(method, moves[half:], opening=first.layers, opening_value=first.closing_value)
        assert {**first.values, **rest.values} == whole.values
        assert rest.closing_value == whole.closing_value


# One issue against today's layers.

LAYERS = (Layer(D(6), D(10), 1), Layer(D(4), D(13), 2))


def test_one_issue_takes_layers_in_the_order_of_the_method() -> None:
    fifo = issue_from_layers(FIFO, LAYERS, D(8))
    assert fifo.value == D("86.00")
    assert fifo.remaining == (Layer(D(2), D(13), 2),)
    lifo = issue_from_layers(LIFO, LAYERS, D(5))
    assert (lifo.value, lifo.remaining) == (D("62.00"), (Layer(D(5), D(10), 1),))
    assert issue_from_layers(AVERAGE, LAYERS, D(8)).value == D("89.60")
    assert average_issue(D(10), D(112), D(8)) == D("89.60")
    named = issue_from_layers(ValuationMethod.SPECIFIC, LAYERS, D(3), source=2)
    assert (named.value, named.remaining) == (D("39.00"), (Layer(D(6), D(10), 1), Layer(D(1), D(13), 2)))


def test_the_issue_that_empties_takes_the_book_value() -> None:
    thirds = (Layer(D(1), D(10) / D(3), 1),)
    assert issue_from_layers(FIFO, thirds, D(1)).value == D("3.33")
    assert issue_from_layers(FIFO, thirds, D(1), stock_value=D("3.34")).value == D("3.34")
    assert average_issue(D(3), D("10.01"), D(3)) == D("10.01")


def test_storekeeper_is_refused_more_than_there_is() -> None:
    with pytest.raises(InsufficientStockError, match=r"10\.5 needed, 10 in stock"):
        issue_from_layers(FIFO, LAYERS, D("10.5"))
    with pytest.raises(InsufficientStockError):
        average_issue(D(1), D(5), D(2))
    with pytest.raises(ValueError, match="must be positive"):
        issue_from_layers(FIFO, LAYERS, D(0))


def test_a_repeating_unit_cost_does_not_lose_half_a_paisa() -> None:
    """0.01 for three pieces: one and a half of them are exactly 0.005, which rounds up."""
    moves = [
        StockMove(1, date(2026, 4, 1), MoveType.RECEIPT, D(1), D("0.00")),
        StockMove(2, date(2026, 4, 1), MoveType.RECEIPT, D(2), D("0.005")),
        StockMove(3, date(2026, 4, 2), MoveType.ISSUE, D(3)),
        StockMove(4, date(2026, 4, 3), MoveType.SALE_RETURN, D("1.5"), ref=3),
    ]
    assert value_moves(FIFO, moves).values[4] == D("0.01")


def test_backdated_receipt_tells_what_to_post() -> None:
    moves = [
        StockMove(1, date(2026, 4, 2), MoveType.RECEIPT, D(6), D(10)),
        StockMove(2, date(2026, 4, 4), MoveType.RECEIPT, D(4), D(13)),
        StockMove(3, date(2026, 4, 9), MoveType.ISSUE, D(8)),
    ]
    late = [*moves, StockMove(4, date(2026, 4, 1), MoveType.RECEIPT, D(5), D(8))]
    assert value_changes(value_moves(FIFO, moves), value_moves(FIFO, late)) == {3: D("-16.00")}
    assert value_changes(value_moves(AVERAGE, moves), value_moves(AVERAGE, late)) == {3: D("-8.53")}


def test_standard_cost_books_the_price_difference_at_receipt() -> None:
    moves = [
        StockMove(1, date(2026, 4, 1), MoveType.RECEIPT, D(10), D("21.50")),
        StockMove(2, date(2026, 4, 2), MoveType.ISSUE, D(4)),
    ]
    result = value_moves(ValuationMethod.STANDARD, moves, standard_cost=D(20))
    assert result.values == {1: D("200.00"), 2: D("80.00")}
    assert result.variances == {1: D("15.00")}
    assert result.closing_value == D("120.00")


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (StockMove(2, date(2026, 4, 5), MoveType.SALE_RETURN, D(1), ref=9), "names no earlier issue"),
        (StockMove(2, date(2026, 4, 5), MoveType.SALE_RETURN, D(1)), "names no issue"),
        (
            StockMove(2, date(2026, 4, 5), MoveType.PURCHASE_RETURN, D(4), ref=1),
            "more than the receipt had left",
        ),
        (StockMove(2, date(2026, 3, 5), MoveType.PURCHASE_RETURN, D(1), ref=1), "names no earlier receipt"),
        (StockMove(2, date(2026, 4, 5), MoveType.ISSUE, D(-1)), "quantity must be positive"),
        (StockMove(2, date(2026, 3, 31), MoveType.ISSUE, D(1)), "negative stock"),
    ],
)
def test_storekeeper_is_told_why_a_move_is_refused(move: StockMove, reason: str) -> None:
    receipt = StockMove(1, date(2026, 4, 1), MoveType.RECEIPT, D(3), D(10))
    assert value_moves(FIFO, [receipt, move]).rejected == {2: reason}


def test_landed_cost_refuses_lines_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="line 1: the quantity"):
        landed_cost_shares(D(1), [LandedLine(D(0), D(1))], LandedCostBasis.QUANTITY)
    with pytest.raises(ValueError, match="line 1: more was sold"):
        landed_cost_shares(D(1), [LandedLine(D(1), D(1), D(2))], LandedCostBasis.QUANTITY)


def test_landed_cost_by_weight_volume_and_equal_parts() -> None:
    lines = [
        LandedLine(D(1), D(5), weight=D(3), volume=D(1)),
        LandedLine(D(1), D(5), weight=D(1), volume=D(3)),
    ]
    by_weight = landed_cost_shares(D(10), lines, LandedCostBasis.WEIGHT)
    by_volume = landed_cost_shares(D(10), lines, LandedCostBasis.VOLUME)
    equal = landed_cost_shares(D("10.01"), lines, LandedCostBasis.EQUAL)
    assert [share.allocated for share in by_weight] == [D("7.50"), D("2.50")]
    assert [share.allocated for share in by_volume] == [D("2.50"), D("7.50")]
    assert [share.allocated for share in equal] == [D("5.01"), D("5.00")]
