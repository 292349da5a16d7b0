"""Rounding, spreading and reading of amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.india.numbers import format_indian, format_western
from apps.core.money import (
    check_digits,
    parse_decimal,
    round_down,
    round_money,
    round_price,
    round_quantity,
    round_rate,
    round_rupee,
    round_together,
    spread,
    total,
)

D = Decimal
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)
WEIGHTS = st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=12)


def test_rounding_goes_away_from_zero_at_the_half() -> None:
    assert [round_money(D(text)) for text in ("0.005", "-0.005", "1.0049")] == [
        D("0.01"),
        D("-0.01"),
        D("1.00"),
    ]
    assert str(round_money(D("-0.001"))) == "0.00"
    assert str(round_rupee(D("128.50"))) == "129.00"
    assert round_down(D("-1.999")) == D("-1.99")
    assert str(round_down(D("-0.001"))) == "0.00"
    assert round_quantity(D("1.0000005")) == D("1.000001")
    assert round_price(D("2.5")) == D("2.5")
    assert round_rate(D(1) / D(3)) == D("0.3333333333")
    assert total([]) == 0


@given(AMOUNTS, WEIGHTS)
def test_spread_adds_up_and_is_never_a_paisa_off(amount: Decimal, weights: list[Decimal]) -> None:
    parts = spread(amount, weights)
    assert total(parts) == amount
    base = total(weights)
    for part, weight in zip(parts, weights, strict=True):
        share = amount * weight / base if base else amount / len(weights)
        assert abs(part - share) < D("0.01")
        assert part * amount >= 0


def test_spread_gives_the_odd_paisa_to_the_earlier_line() -> None:
    assert spread(D("100"), [D(1)] * 3) == [D("33.34"), D("33.33"), D("33.33")]
    assert spread(D("-0.01"), [D(0), D(0)]) == [D("-0.01"), D("0.00")]
    assert spread(D("0"), []) == []


def test_spread_refuses_what_cannot_add_up() -> None:
    for amount, weights, message in [
        (D(1), [], "Nothing"),
        (D(1), [D(2), D(-1)], "negative"),
        (D("0.001"), [D(1)], "more than 2 decimals"),
    ]:
        with pytest.raises(ValueError, match=message):
            spread(amount, weights)


@given(st.lists(st.decimals(-1000, 1000, places=5), min_size=1, max_size=9))
def test_lines_rounded_together_reach_the_rounded_sum(amounts: list[Decimal]) -> None:
    target = round_money(total(amounts))
    rounded = round_together(amounts, target)
    assert total(rounded) == target
    assert all(abs(one - exact) <= D("0.01") for one, exact in zip(rounded, amounts, strict=True))


@given(st.decimals(-(10**12), 10**12, places=4))
def test_what_is_printed_can_be_typed_again(amount: Decimal) -> None:
    assert parse_decimal(format_indian(amount, 4)) == amount
    assert parse_decimal(format_western(amount, 4)) == amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,23,456.50", "123456.50"),
        ("123,456.50", "123456.50"),
        ("1,00,00,000", "10000000"),
        (" ₹ 500 ", "500"),
        ("Rs. 12", "12"),
        ("(250.00)", "-250"),
        ("12-", "-12"),
        ("−7", "-7"),
        ("+7", "7"),
        ("-₹5", "-5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
    ],
)
def test_clerk_types_a_number(text: str, value: str) -> None:
    assert parse_decimal(text) == D(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        ".",
        "abc",
        "NaN",
        "inf",
        "-Infinity",
        "1e5",
        "1,2",
        "1,23,45",
        "12,34,5678",
        "1.2.3",
        "१२",
        "(-5)",
        "--5",
        "0x10",
        "1_000",
        "5%",
        "9" * 61,
        "1,,000",
        "₹",
    ],
)
def test_clerk_types_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        parse_decimal(text)


def test_clerk_types_too_many_digits() -> None:
    with pytest.raises(ValueError, match="14 digits before"):
        parse_decimal("123456789012345")
    with pytest.raises(ValueError, match="6 decimals"):
        parse_decimal("0.1234567")
    with pytest.raises(ValueError, match="not be negative"):
        parse_decimal("-1", allow_negative=False)
    with pytest.raises(ValueError, match="finite"):
        check_digits(D("NaN"))
    assert check_digits(D("1E+3")) == 1000
    assert check_digits(D("10.500000000")) == D("10.5")
