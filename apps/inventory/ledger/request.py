"""What the door takes, and the checks that need no stock: places, quantities, tracking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.choices import Tracking
from apps.catalog.models import Product
from apps.core.errors import ErrorList
from apps.core.money import ZERO, check_digits
from apps.core.scope import kind_of
from apps.inventory.choices import STOCK_KINDS, MovementKind, PlaceKind
from apps.inventory.models import Batch, Place, Serial, StockMove


@dataclass(frozen=True, slots=True)
class Move:
    """``quantity`` of the product's own unit from one place to another.

    A receipt has ``unit_cost`` or ``value`` (money, goes before); issues are valued by the product's method.
    ``returned_move`` names the issue that comes back, at its exact cost, or the receipt that goes back to its
    vendor, from its own layer; a difference to what was booked then is an adjustment.
    ``holder`` ("sales.orderline", 7) uses up its reservation. ``serials`` are numbers or Serial rows.
    ``line_path`` names the line in refusals.
    """

    product: Product
    quantity: Decimal
    from_place: Place
    to_place: Place
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    batch: Batch | None = None
    serials: Sequence[str | Serial] = ()
    line_path: str = "lines.0"
    line_id: int | None = None
    holder: tuple[str, int] | None = None
    returned_move: StockMove | None = None
    reversal_of: StockMove | None = None


@dataclass(frozen=True)
class MoveSet:
    """The moves of one document for one purpose on one day. ``source``: the document, or (kind, id)."""

    moves: Sequence[Move]
    source: Any
    purpose: str
    date: date
    narration: str = ""
    cost_centre_id: int | None = None
    project_id: int | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        return (*source_of(self.source), self.purpose)

    @property
    def company_id(self) -> int:
        return self.moves[0].from_place.company_id


def source_of(source: Any) -> tuple[str, int]:
    """(kind, id) of a document, or the pair itself."""
    return source if isinstance(source, tuple) else (kind_of(source), source.pk)


@dataclass(slots=True, eq=False)
class Step:
    """One movement to be written: a part of a Move (a batch, a serial piece), and its worth once valued.

    ``stated`` is its share of a stated value. ``paid`` is what the counter account gets; it differs from
    ``value`` for standard cost and for receipts that are taken back after their layer was used.
    """

    move: Move
    set: MoveSet
    kind: str
    quantity: Decimal
    batch: Batch | None = None
    serial: Serial | None = None
    stated: Decimal | None = None
    value: Decimal = ZERO
    exact_cost: Decimal = ZERO
    paid: Decimal = ZERO
    row: StockMove | None = None

    @property
    def date(self) -> date:
        return self.set.date


_BETWEEN: dict[tuple[str, str], str] = {
    (PlaceKind.VENDOR, ""): MovementKind.PURCHASE_RECEIPT,
    ("", PlaceKind.VENDOR): MovementKind.PURCHASE_RETURN,
    ("", PlaceKind.CUSTOMER): MovementKind.SALES_DELIVERY,
    (PlaceKind.CUSTOMER, ""): MovementKind.SALES_RETURN,
    ("", PlaceKind.SCRAP): MovementKind.SCRAP,
    (PlaceKind.SCRAP, ""): MovementKind.ADJUSTMENT_IN,
    (PlaceKind.ADJUSTMENT, ""): MovementKind.ADJUSTMENT_IN,
    ("", PlaceKind.ADJUSTMENT): MovementKind.ADJUSTMENT_OUT,
    (PlaceKind.OPENING, ""): MovementKind.OPENING,
    ("", PlaceKind.OPENING): MovementKind.OPENING_BACK,
    ("", ""): MovementKind.TRANSFER,
}


def movement_kind(from_place: Place, to_place: Place) -> str:
    """What a movement between two places is; empty when goods never go that way."""
    ends = tuple("" if p.place_kind in STOCK_KINDS else p.place_kind for p in (from_place, to_place))
    return _BETWEEN.get(ends, "")  # type: ignore[arg-type]  # a pair that isn't there gives the default


def moves_check(sets: Sequence[MoveSet]) -> None:
    """Raises InvalidInput that names every wrong line."""
    errors = ErrorList()
    for item in sets:
        for move in item.moves:
            _check_move(move, item, errors)
    errors.raise_if_any()


def _check_move(move: Move, item: MoveSet, errors: ErrorList) -> None:
    path, product = move.line_path, move.product
    if not product.stocked:
        errors.add(f"{path}.product", _("%(code)s has no stock.") % {"code": product.code}, "no_stock")
    if move.quantity <= 0:
        errors.add(f"{path}.quantity", _("Quantity must be more than 0."), "min_value")
        return
    try:
        check_digits(move.quantity)
    except ValueError as error:
        errors.add(f"{path}.quantity", str(error))
        return
    if {move.from_place.company_id, move.to_place.company_id} != {item.company_id}:
        errors.add(f"{path}.place", _("The place belongs to another company."), "company")
    elif move.from_place.pk == move.to_place.pk or not movement_kind(move.from_place, move.to_place):
        errors.add(f"{path}.place", _("Goods don't move between these places."), "place")
    if (move.unit_cost or ZERO) < 0 or (move.value or ZERO) < 0:
        errors.add(f"{path}.unit_cost", _("A cost must not be negative."), "min_value")
    if move.batch is not None and move.batch.product_id != product.pk:
        errors.add(f"{path}.batch", _("The batch is of another product."), "batch")
    elif move.batch is not None and move.batch.blocked and move.to_place.place_kind == PlaceKind.CUSTOMER:
        errors.add(f"{path}.batch", _("The batch %(code)s is blocked.") % {"code": move.batch}, "blocked")
    if move.reversal_of is None:
        _check_tracking(move, errors)


def _check_tracking(move: Move, errors: ErrorList) -> None:
    path, tracking = move.line_path, move.product.tracking
    leaves_stock = move.from_place.holds_stock
    if tracking == Tracking.BATCH and move.batch is None and not leaves_stock:
        errors.add(f"{path}.batch", _("%(code)s needs a batch.") % {"code": move.product.code}, "required")
    if tracking != Tracking.SERIAL:
        if move.serials:
            errors.add(f"{path}.serials", _("%(code)s has no serial numbers.") % {"code": move.product.code})
        return
    codes = [serial_code(serial) for serial in move.serials]
    if len(codes) != move.quantity:
        errors.add(
            f"{path}.serials",
            _("%(n)s serial numbers are needed, one for each piece; there are %(m)s.")
            % {"n": f"{move.quantity.normalize():f}", "m": len(codes)},
            "serials",
        )
    elif len(set(codes)) < len(codes):
        errors.add(f"{path}.serials", _("A serial number is here twice."), "serials")
    elif "" in codes:
        errors.add(f"{path}.serials", _("A serial number is empty."), "serials")


def serial_code(serial: str | Serial) -> str:
    return serial.code if isinstance(serial, Serial) else str(serial).strip()
