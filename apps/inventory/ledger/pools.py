"""Stock of one row in memory while movements are valued: quantity, value, layers.

The arithmetic is that of ``calculation.valuation``; here it meets rows of the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.catalog.choices import ValuationMethod as Method
from apps.core.money import EXACT, ZERO, round_money
from apps.core.rows import row_make
from apps.inventory.calculation.valuation import (
    InsufficientStockError,
    Layer,
    ValuationMethod,
    average_issue,
    issue_from_layers,
    money,
)
from apps.inventory.models import StockLayer, StockMove, StockRow

_CALCULATED = {
    Method.FIFO: ValuationMethod.FIFO,
    Method.LIFO: ValuationMethod.LIFO,
    Method.STANDARD: ValuationMethod.STANDARD,
    Method.SPECIFIC: ValuationMethod.SPECIFIC,
}
_EIGHTEEN = Decimal(1).scaleb(-18)


def unit_of(value: Decimal, quantity: Decimal) -> Decimal:
    """Value per unit with 18 decimals."""
    return EXACT.divide(value, quantity).quantize(_EIGHTEEN, None, EXACT)


class Part(NamedTuple):
    """So much of one layer."""

    layer: StockLayer
    quantity: Decimal


class Taken(NamedTuple):
    """What an issue is worth, its exact unit cost, and the layers that it took."""

    value: Decimal
    exact_cost: Decimal
    parts: tuple[Part, ...]


@dataclass(eq=False)
class Pool:
    """One StockRow at work. ``open`` are its layers with something left, oldest first; ``past``: put back to
    an earlier day, where reservations of today don't count."""

    row: StockRow
    quantity: Decimal
    value: Decimal
    open: list[StockLayer] = field(default_factory=list)
    changed: dict[int, StockLayer] = field(default_factory=dict)
    added: list[StockLayer] = field(default_factory=list)
    past: bool = False

    @property
    def layered(self) -> bool:
        return self.row.method != Method.MOVING_AVERAGE

    @property
    def average(self) -> Decimal | None:
        """Value of a unit now; None without stock."""
        return unit_of(self.value, self.quantity) if self.quantity else None

    # --- in ---------------------------------------------------------------------------------------

    def receive(self, move: StockMove, quantity: Decimal, value: Decimal, costs: Sequence[Part]) -> None:
        """Take goods in. ``costs``: (layer with the unit cost, quantity) for each cost that they have."""
        self.quantity += quantity
        self.value += value
        if self.layered:
            for number, (cost, amount) in enumerate(costs):
                self._add(move, number, amount, cost.unit_cost, move.date)

    def receive_at(self, move: StockMove, quantity: Decimal, value: Decimal, exact_cost: Decimal) -> None:
        """Take goods in at one cost."""
        self.quantity += quantity
        self.value += value
        if self.layered:
            self._add(move, 0, quantity, exact_cost, move.date)

    def _add(self, move: StockMove, part: int, quantity: Decimal, cost: Decimal, day: date) -> None:
        layer = row_make(
            StockLayer,
            row=self.row,
            move=move,
            part=part,
            date=day,
            quantity=quantity,
            left=quantity,
            unit_cost=cost,
        )
        self.added.append(layer)
        self.open.append(layer)

    # --- out --------------------------------------------------------------------------------------

    def issue(self, quantity: Decimal, *, of_move: int | None = None, serial_id: int | None = None) -> Taken:
        """Value an issue and take it out. ``of_move``: from that receipt's layer first; ``serial_id``: under
        specific identification from that piece's own. Raises InsufficientStockError."""
        if quantity > self.quantity:
            raise InsufficientStockError(quantity, self.quantity)
        if not self.layered:
            cost = self.average or ZERO
            value = average_issue(self.quantity, self.value, quantity)
            taken = Taken(value, cost, (Part(row_make(StockLayer, unit_cost=cost), quantity),))
        else:
            taken = self._from_layers(quantity, self._named(of_move, serial_id))
        self.quantity -= quantity
        self.value -= taken.value
        return taken

    def _named(self, of_move: int | None, serial_id: int | None) -> int | None:
        for index, layer in enumerate(self.open):
            if of_move is not None and layer.move_id == of_move:
                return index
            if serial_id is not None and self.row.method == Method.SPECIFIC and layer.serial_id == serial_id:
                return index
        return None

    def _from_layers(self, quantity: Decimal, source: int | None) -> Taken:
        found = issue_from_layers(
            _CALCULATED[Method(self.row.method)],
            [Layer(layer.left, layer.unit_cost, index) for index, layer in enumerate(self.open)],
            quantity,
            source=source,
            stock_value=self.value,
        )
        parts = []
        for used in found.consumed:
            layer = self.open[int(used.source or 0)]
            layer.left -= used.quantity
            self.changed[id(layer)] = layer
            parts.append(Part(layer, used.quantity))
        self.open = [layer for layer in self.open if layer.left > 0]
        exact = sum((part.quantity * part.layer.unit_cost for part in parts), ZERO)
        # an empty row keeps no remainder of rounding, and rounding never takes more than there is
        value = min(found.value, self.value)
        return Taken(value, unit_of(exact, quantity), tuple(parts))


def receipt_worth(
    method: str,
    quantity: Decimal,
    *,
    unit_cost: Decimal | None,
    value: Decimal | None,
    standard_cost: Decimal,
) -> tuple[Decimal, Decimal, Decimal]:
    """(value in stock, exact unit cost, what was paid) of goods that come in from outside."""
    paid = round_money(value) if value is not None else money(quantity * (unit_cost or ZERO))
    if method == Method.STANDARD:
        return money(quantity * standard_cost), standard_cost, paid
    exact = unit_cost if value is None and unit_cost is not None else unit_of(paid, quantity)
    return paid, exact, paid
