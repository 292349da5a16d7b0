"""Valuation of stock: FIFO, LIFO, moving average, standard cost and specific identification.

Source: Ind AS 2 / AS 2 (cost formulas; LIFO is for management only, neither standard allows it in the
accounts).

Two ways in:

* `issue_from_layers` and `average_issue` value one issue against what is in stock now: the posting of a day.
* `value_moves` replays a whole history in the order of (date, seq): proof of the books, and the answer to
  what a backdated entry does to the issues after it (`value_changes`).

Conventions. Layers keep their exact unit cost; the value of an issue is the exact sum, rounded once to paise.
The running value of a moving average is money: issue value = round(quantity x value / quantity in stock), and
an issue that empties the stock takes all that is left. With ``empty_takes_all`` FIFO, LIFO and specific
identification do the same, so that a ledger account ends at 0.00 with the last piece: the product posts that
way. A sale return comes back at the exact unit value of the issue it names, as a new layer. A purchase return
leaves from the layer of the receipt it names, at the current average under moving average; the difference to
the receipt's cost is the variance. Where negative stock is allowed, the shortfall is valued at the last unit
cost seen, and the next receipt covers it first, with (its cost - provisional cost) x quantity as an
adjustment to cost of sales.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from apps.core.money import EXACT, ZERO, round_money

NIL = Decimal("0.00")
_GUARD = Decimal("1E-20")


class ValuationMethod(StrEnum):
    """How issues are valued."""

    FIFO = "FIFO"
    LIFO = "LIFO"
    MOVING_AVERAGE = "MOVING_AVERAGE"
    STANDARD = "STANDARD"
    SPECIFIC = "SPECIFIC"


class MoveType(StrEnum):
    """What a move does to the stock."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    SALE_RETURN = "sale_return"
    PURCHASE_RETURN = "purchase_return"


INWARD = frozenset({MoveType.RECEIPT, MoveType.SALE_RETURN})


class InsufficientStockError(ValueError):
    """More was asked for than is there."""

    def __init__(self, needed: Decimal, available: Decimal) -> None:
        super().__init__(f"{needed} needed, {available} in stock.")
        self.needed = needed
        self.available = available


@dataclass(frozen=True, slots=True)
class Layer:
    """A quantity with one exact unit cost. ``source`` is the key of the receipt; ``None`` for a shortfall."""

    quantity: Decimal
    unit_cost: Decimal
    source: int | str | None = None

    @property
    def exact_value(self) -> Decimal:
        """Quantity x unit cost, unrounded."""
        return self.quantity * self.unit_cost


class IssueResult(NamedTuple):
    """Value of an issue in paise, the layers it took, and the layers that stay (oldest first)."""

    value: Decimal
    consumed: tuple[Layer, ...]
    remaining: tuple[Layer, ...]


class CoverResult(NamedTuple):
    """What a receipt does to shortfalls: adjustment to cost of sales, its layer (if any), shortfalls left."""

    adjustment: Decimal
    layer: Layer | None
    shortfalls: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class StockMove:
    """One entry. ``seq`` is the order of entry and breaks ties of a date; ``quantity`` is always positive.

    ``unit_cost`` is for receipts; ``ref`` names the issue that a sale return reverses, the receipt that a
    purchase return (or a specific issue) takes from.
    """

    seq: int
    date: date
    type: MoveType
    quantity: Decimal
    unit_cost: Decimal = ZERO
    ref: int | None = None

    @property
    def change(self) -> Decimal:
        """Signed quantity."""
        return self.quantity if self.type in INWARD else -self.quantity


@dataclass(slots=True)
class Valuation:
    """Result of a replay. ``values`` are positive money by ``seq``; ``rejected`` gives a reason by ``seq``.

    ``adjustments`` (shortfalls covered later) and ``variances`` (purchase returns under moving average,
    receipts under standard cost) are money by ``seq``; a positive one is a cost.
    """

    values: dict[int, Decimal] = field(default_factory=dict)
    closing_quantity: Decimal = ZERO
    closing_value: Decimal = NIL
    layers: tuple[Layer, ...] = ()
    shortfalls: tuple[Layer, ...] = ()
    rejected: dict[int, str] = field(default_factory=dict)
    adjustments: dict[int, Decimal] = field(default_factory=dict)
    variances: dict[int, Decimal] = field(default_factory=dict)


def money(exact: Decimal) -> Decimal:
    """Paise from an exact value; a unit cost that is a repeating decimal must not lose half a paisa on the
    way.
    """
    return round_money(exact.quantize(_GUARD, None, EXACT))


def layers_value(layers: Iterable[Layer]) -> Decimal:
    """The value of layers: exact sum, rounded once."""
    with localcontext(EXACT):
        return money(sum((layer.exact_value for layer in layers), ZERO))


def average_issue(stock_quantity: Decimal, stock_value: Decimal, quantity: Decimal) -> Decimal:
    """Value of an issue at moving average; all of ``stock_value`` when it empties the stock."""
    if quantity > stock_quantity:
        raise InsufficientStockError(quantity, stock_quantity)
    if quantity == stock_quantity:
        return round_money(stock_value)
    with localcontext(EXACT):
        return money(quantity * stock_value / stock_quantity)


def issue_from_layers(
    method: ValuationMethod,
    layers: Sequence[Layer],
    quantity: Decimal,
    *,
    source: int | str | None = None,
    stock_value: Decimal | None = None,
    shortfall_cost: Decimal | None = None,
) -> IssueResult:
    """Value one issue of ``quantity`` against ``layers`` (oldest first).

    ``source`` takes from that receipt's layer first (specific identification, purchase return).
    ``stock_value`` is the value of these layers in the books: when given, an issue that empties them takes
    all of it (moving average needs it, else the layers' own value is used). ``shortfall_cost`` allows
    negative stock: what is missing is valued at it and comes back in ``consumed`` as a layer without source.
    Without it a lack raises `InsufficientStockError`; a quantity that is not positive raises ``ValueError``.
    """
    if quantity <= 0:
        raise ValueError("The quantity must be positive.")
    with localcontext(EXACT):
        available = sum((layer.quantity for layer in layers), ZERO)
        if quantity > available and shortfall_cost is None:
            raise InsufficientStockError(quantity, available)
        if method == ValuationMethod.MOVING_AVERAGE:
            layers = _as_one_layer(layers, available, stock_value)
        consumed, remaining = _take(_order(method, layers, source), quantity)
        emptied = bool(consumed) and quantity >= available
        if quantity > available and shortfall_cost is not None:
            consumed.append(Layer(quantity - available, shortfall_cost))
        value = _issue_value(consumed, stock_value if emptied else None)
        return IssueResult(value, tuple(consumed), tuple(remaining[index] for index in sorted(remaining)))


def _issue_value(consumed: Sequence[Layer], all_of: Decimal | None) -> Decimal:
    """Exact sum rounded once; or, for an issue that emptied the stock, its book value plus any shortfall."""
    if all_of is None:
        return money(sum((layer.exact_value for layer in consumed), ZERO))
    short = sum((layer.exact_value for layer in consumed if layer.source is None), ZERO)
    return round_money(all_of) + money(short)


def _as_one_layer(layers: Sequence[Layer], available: Decimal, value: Decimal | None) -> Sequence[Layer]:
    if not available:
        return ()
    exact = sum((layer.exact_value for layer in layers), ZERO) if value is None else value
    return (Layer(available, exact / available, layers[-1].source),)


def _order(
    method: ValuationMethod, layers: Sequence[Layer], source: int | str | None
) -> list[tuple[int, Layer]]:
    """Layers with their place in age, in the order in which the method takes them; the named source first."""
    order = list(enumerate(layers))
    if method == ValuationMethod.LIFO:
        order.reverse()
    if source is not None and method != ValuationMethod.MOVING_AVERAGE:
        order.sort(key=lambda pair: pair[1].source != source)
    return order


def _take(order: list[tuple[int, Layer]], quantity: Decimal) -> tuple[list[Layer], dict[int, Layer]]:
    """Take ``quantity`` in this order: the parts taken, and what stays by place in age."""
    consumed: list[Layer] = []
    remaining: dict[int, Layer] = {}
    for index, layer in order:
        if quantity <= 0:
            remaining[index] = layer
        elif layer.quantity <= quantity:
            consumed.append(layer)
            quantity -= layer.quantity
        else:
            consumed.append(Layer(quantity, layer.unit_cost, layer.source))
            remaining[index] = Layer(layer.quantity - quantity, layer.unit_cost, layer.source)
            quantity = ZERO
    return consumed, remaining


def cover_shortfalls(receipt: Layer, shortfalls: Sequence[Layer]) -> CoverResult:
    """Let a receipt cover negative stock, oldest shortfall first."""
    with localcontext(EXACT):
        left, adjustment = receipt.quantity, ZERO
        open_short: list[Layer] = []
        for short in shortfalls:
            covered = min(left, short.quantity)
            adjustment += covered * (receipt.unit_cost - short.unit_cost)
            left -= covered
            if covered < short.quantity:
                open_short.append(Layer(short.quantity - covered, short.unit_cost))
        layer = Layer(left, receipt.unit_cost, receipt.source) if left else None
        return CoverResult(money(adjustment), layer, tuple(open_short))


def value_moves(
    method: ValuationMethod,
    moves: Iterable[StockMove],
    *,
    allow_negative: bool = False,
    empty_takes_all: bool = False,
    standard_cost: Decimal = ZERO,
    opening: Sequence[Layer] = (),
    opening_value: Decimal | None = None,
) -> Valuation:
    """Replay a history entered in the order of ``seq`` and valued in the order of (date, seq).

    An entry that would make the running quantity of any move negative is rejected and leaves no trace (unless
    ``allow_negative``), as is a return that names no earlier move or returns more than that move had left.
    ``opening`` are the layers before the first move (with their book value), so that a replay may start at a
    snapshot instead of the beginning.
    """
    with localcontext(EXACT):
        result = Valuation()
        opening_quantity = sum((layer.quantity for layer in opening), ZERO)
        accepted = _accepted(moves, opening_quantity, allow_negative, result.rejected)
        state = _Replay(
            method,
            result=result,
            standard_cost=standard_cost,
            empty_takes_all=empty_takes_all,
            layers=list(opening),
            opening_value=opening_value,
        )
        for move in accepted:
            result.values[move.seq] = state.apply(move)
        state.close()
        return result


def value_changes(before: Valuation, after: Valuation) -> dict[int, Decimal]:
    """By ``seq``, how the values of moves in ``before`` changed in ``after``: what a backdated entry must
    post.
    """
    changes = {seq: after.values[seq] - value for seq, value in before.values.items() if seq in after.values}
    return {seq: change for seq, change in changes.items() if change}


def _accepted(
    moves: Iterable[StockMove], opening: Decimal, allow_negative: bool, rejected: dict[int, str]
) -> list[StockMove]:
    """The moves that may stand, in replay order. Appending at the end costs one comparison."""
    history: list[StockMove] = []
    by_seq: dict[int, StockMove] = {}
    returned: dict[int, Decimal] = {}
    on_hand = opening
    for move in sorted(moves, key=lambda entry: entry.seq):
        reason = _return_problem(move, by_seq, returned)
        if not reason and not allow_negative and _goes_negative(history, move, opening, on_hand):
            reason = "negative stock"
        if reason:
            rejected[move.seq] = reason
            continue
        insort(history, move, key=_replay_key)
        by_seq[move.seq] = move
        on_hand += move.change
        if move.ref is not None:
            returned[move.ref] = returned.get(move.ref, ZERO) + move.quantity
    return history


def _replay_key(move: StockMove) -> tuple[date, int]:
    return (move.date, move.seq)


def _return_problem(move: StockMove, by_seq: dict[int, StockMove], returned: dict[int, Decimal]) -> str:
    if move.quantity <= 0:
        return "quantity must be positive"
    if move.ref is None:
        return "names no issue" if move.type == MoveType.SALE_RETURN else ""
    named = by_seq.get(move.ref)
    wanted = MoveType.ISSUE if move.type == MoveType.SALE_RETURN else MoveType.RECEIPT
    if named is None or named.type != wanted or _replay_key(named) > _replay_key(move):
        return f"names no earlier {wanted}"
    if returned.get(move.ref, ZERO) + move.quantity > named.quantity:
        return f"more than the {wanted} had left"
    return ""


def _goes_negative(history: list[StockMove], move: StockMove, opening: Decimal, on_hand: Decimal) -> bool:
    if move.change > 0:
        return False
    if not history or _replay_key(move) > _replay_key(history[-1]):
        return on_hand + move.change < 0
    running, key, placed = opening, _replay_key(move), False
    for entry in history:
        if not placed and _replay_key(entry) > key:
            running, placed = running + move.change, True
            if running < 0:
                return True
        running += entry.change
        if placed and running < 0:
            return True
    return False


class _Replay:
    """The state of one replay: layers, shortfalls and the running money."""

    def __init__(
        self,
        method: ValuationMethod,
        *,
        result: Valuation,
        standard_cost: Decimal,
        empty_takes_all: bool,
        layers: list[Layer],
        opening_value: Decimal | None,
    ) -> None:
        self.method = method
        self.result = result
        self.standard_cost = standard_cost
        self.average = method == ValuationMethod.MOVING_AVERAGE
        self.by_money = empty_takes_all or self.average
        self.layers = layers
        self.shortfalls: tuple[Layer, ...] = ()
        self.value = layers_value(layers) if opening_value is None else opening_value
        self.last_cost = layers[-1].unit_cost if layers else ZERO
        self.issue_cost: dict[int, Decimal] = {}
        self.receipt_cost: dict[int, Decimal] = {}

    def apply(self, move: StockMove) -> Decimal:
        """Apply one accepted move and return its value."""
        if move.type == MoveType.RECEIPT:
            return self._receive(move, move.unit_cost)
        if move.type == MoveType.SALE_RETURN:
            return self._receive(move, self.issue_cost[move.ref or 0])
        return self._issue(move)

    def _receive(self, move: StockMove, cost: Decimal) -> Decimal:
        paid = value = money(move.quantity * cost)
        if self.method == ValuationMethod.STANDARD:
            cost = self.standard_cost
            value = money(move.quantity * cost)
            self._variance(move.seq, paid - value)
        self.last_cost = self.receipt_cost[move.seq] = cost
        covered = cover_shortfalls(Layer(move.quantity, cost, move.seq), self.shortfalls)
        self.shortfalls = covered.shortfalls
        if covered.adjustment:
            self.result.adjustments[move.seq] = covered.adjustment
        self.value += value - covered.adjustment
        if covered.layer:
            self.layers.append(covered.layer)
        return value

    def _issue(self, move: StockMove) -> Decimal:
        named = move.type == MoveType.PURCHASE_RETURN or self.method == ValuationMethod.SPECIFIC
        source = move.ref if named else None
        taken = issue_from_layers(
            self.method,
            self.layers,
            move.quantity,
            source=source,
            stock_value=self.value if self.by_money and not self.shortfalls else None,
            shortfall_cost=self._cost_of_last(source),
        )
        self.layers = list(taken.remaining)
        exact = sum((layer.exact_value for layer in taken.consumed), ZERO)
        self.issue_cost[move.seq] = exact / move.quantity
        self.last_cost = taken.consumed[-1].unit_cost
        self.shortfalls += tuple(layer for layer in taken.consumed if layer.source is None)
        self.value -= taken.value
        if self.average and move.type == MoveType.PURCHASE_RETURN and move.ref is not None:
            self._variance(move.seq, money(move.quantity * self.receipt_cost[move.ref]) - taken.value)
        return taken.value

    def _cost_of_last(self, source: int | None) -> Decimal:
        """The cost for a shortfall: of the last unit that this issue still finds, else the last one seen."""
        if not self.layers:
            return self.last_cost
        if self.average:
            return self.value / sum((layer.quantity for layer in self.layers), ZERO)
        return _order(self.method, self.layers, source)[-1][1].unit_cost

    def _variance(self, seq: int, amount: Decimal) -> None:
        if amount:
            self.result.variances[seq] = amount

    def close(self) -> None:
        """Write what is left into the result."""
        result, on_hand = self.result, sum((layer.quantity for layer in self.layers), ZERO)
        short = sum((layer.quantity for layer in self.shortfalls), ZERO)
        result.layers, result.shortfalls = tuple(self.layers), self.shortfalls
        result.closing_quantity = on_hand - short
        exact = layers_value(self.layers) - layers_value(self.shortfalls)
        result.closing_value = self.value if self.by_money else exact
