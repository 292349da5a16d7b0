"""Landed cost: freight, duty and the like added to goods already received, some of them already sold.

Source: Ind AS 2 paragraph 10 (cost of purchase includes what brings the goods to their place). The charge is
spread by the largest remainder in paise, so the parts always add up to it. The share of the units still in
stock raises the stock's value, the rest belongs to cost of goods sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from apps.core.money import EXACT, ONE, ZERO, round_money, spread


class LandedCostBasis(StrEnum):
    """What the charge is spread by."""

    QUANTITY = "QTY"
    VALUE = "VALUE"
    WEIGHT = "WEIGHT"
    VOLUME = "VOLUME"
    EQUAL = "EQUAL"


@dataclass(frozen=True, slots=True)
class LandedLine:
    """A received line. ``weight`` and ``volume`` are of the whole line, in any one unit."""

    quantity: Decimal
    rate: Decimal
    sold_quantity: Decimal = ZERO
    weight: Decimal = ZERO
    volume: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LandedShare:
    """What a line bears: ``allocated`` = ``to_stock`` + ``to_cogs``; the new unit cost has four places."""

    allocated: Decimal
    to_stock: Decimal
    to_cogs: Decimal
    new_unit_cost: Decimal


def landed_cost_shares(
    charge: Decimal, lines: Sequence[LandedLine], basis: LandedCostBasis
) -> tuple[LandedShare, ...]:
    """Spread ``charge`` over ``lines``; ``ValueError`` for a line without quantity or sold beyond it."""
    for number, line in enumerate(lines, 1):
        if line.quantity <= 0:
            raise ValueError(f"line {number}: the quantity must be positive.")
        if not 0 <= line.sold_quantity <= line.quantity:
            raise ValueError(f"line {number}: more was sold than received.")
    with localcontext(EXACT):
        shares = spread(charge, [_weight(line, LandedCostBasis(basis)) for line in lines])
        return tuple(_share(line, allocated) for line, allocated in zip(lines, shares, strict=True))


def _weight(line: LandedLine, basis: LandedCostBasis) -> Decimal:
    return {
        LandedCostBasis.QUANTITY: line.quantity,
        LandedCostBasis.VALUE: line.quantity * line.rate,
        LandedCostBasis.WEIGHT: line.weight,
        LandedCostBasis.VOLUME: line.volume,
        LandedCostBasis.EQUAL: ONE,
    }[basis]


def _share(line: LandedLine, allocated: Decimal) -> LandedShare:
    unsold = line.quantity - line.sold_quantity
    to_stock = round_money(allocated * unsold / line.quantity)
    cost = round_money((line.quantity * line.rate + allocated) / line.quantity, 4)
    return LandedShare(allocated, to_stock, allocated - to_stock, cost)
