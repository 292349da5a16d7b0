"""Keeping stock for a holder (an order line), row by row: soft, but never more than is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from apps.catalog.models import Product
from apps.core.actor import current_actor
from apps.core.errors import ErrorList
from apps.core.locks import lock_rows
from apps.core.money import ZERO
from apps.inventory.ledger.errors import InsufficientStock, short
from apps.inventory.ledger.rows import rows_lock
from apps.inventory.ledger.store import reservations_store, rows_store
from apps.inventory.ledger.worth import holdings
from apps.inventory.models import Place, Reservation, StockRow

Holder = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Want:
    """``quantity`` (own unit) of a product at a place for ``holder`` ("sales.orderline", 7)."""

    product: Product
    place: Place
    quantity: Decimal
    holder: Holder
    line_path: str = "lines.0"


def reserve(wants: Sequence[Want], *, partial: bool = False, by: Any) -> list[Decimal]:
    """Reserve, on top of what the holders have; → how much was reserved for each want.

    ``partial``: as much as is free. Without it a lack refuses all (``insufficient_stock``, naming the lines).
    Rows are locked in the order of their ids; batches that expire first go first. Services are ignored.
    """
    wants = list(wants)
    stocked = [want for want in wants if want.product.stocked and want.quantity > 0]
    rows = rows_lock((want.product.pk, want.place.pk) for want in stocked)
    held = {
        (holder, row.row_id): row
        for holder, found in holdings({want.holder for want in stocked}).items()
        for row in found
    }
    work = _Work(rows=sorted(rows.values(), key=_first), held=held, label=str(by or current_actor().label))
    got = [work.take(want) if want.product.stocked and want.quantity > 0 else ZERO for want in wants]
    if not partial:
        _lacks_check(wants, got)
    work.store()
    return got


def _first(row: StockRow) -> tuple[bool, Any, int]:
    expires = row.batch.expires_on if row.batch_id and row.batch else None
    return (expires is None, expires or date.max, row.pk)


def _lacks_check(wants: Sequence[Want], got: Sequence[Decimal]) -> None:
    errors = ErrorList()
    for want, quantity in zip(wants, got, strict=True):
        if want.product.stocked and quantity < want.quantity:
            errors.items.append(short(want.line_path, want.product, want.quantity, quantity, str(want.place)))
    if errors.items:
        raise InsufficientStock(errors.items)


@dataclass
class _Work:
    rows: list[StockRow]
    held: dict[tuple[Holder, int], Reservation]
    label: str

    def __post_init__(self) -> None:
        self.changed: dict[int, StockRow] = {}
        self.touched: dict[tuple[Holder, int], Reservation] = {}

    def take(self, want: Want) -> Decimal:
        left = want.quantity
        for row in self.rows:
            if (row.product_id, row.place_id) != (want.product.pk, want.place.pk):
                continue
            if row.batch_id and row.batch and row.batch.blocked:
                continue
            amount = min(left, row.quantity - row.reserved)
            if amount > 0:
                row.reserved += amount
                self.changed[row.pk] = row
                self._hold(want, row, amount)
                left -= amount
        return want.quantity - left

    def _hold(self, want: Want, row: StockRow, amount: Decimal) -> None:
        key = (want.holder, row.pk)
        found = self.held.get(key)
        if found is None:
            kind, pk = want.holder
            found = self.held[key] = Reservation(
                row=row, holder_kind=kind, holder_id=pk, quantity=ZERO, actor_name=self.label[:200]
            )
        found.quantity += amount
        self.touched[key] = found

    def store(self) -> None:
        rows_store(self.changed.values())
        Reservation.objects.bulk_create([row for row in self.touched.values() if row.pk is None])
        reservations_store([row for row in self.touched.values() if row.pk is not None])


def release(holders: Iterable[Holder], *, quantity: Decimal | None = None, by: Any = None) -> Decimal:
    """Free what these holders have reserved, or only ``quantity`` of it; → how much was freed."""
    condition = _of(holders)
    if not condition:
        return ZERO
    row_ids = list(Reservation.objects.filter(condition).values_list("row_id", flat=True))
    rows = {row.pk: row for row in lock_rows(StockRow, row_ids)}
    found = list(Reservation.objects.filter(condition, row_id__in=rows).order_by("-id"))
    freed = ZERO
    for row in found:
        amount = row.quantity if quantity is None else min(row.quantity, quantity - freed)
        row.quantity -= amount
        rows[row.row_id].reserved -= amount
        freed += amount
    reservations_store(found)
    rows_store(rows.values())
    return freed


def _of(holders: Iterable[Holder]) -> Q:
    by_kind: dict[str, set[int]] = {}
    for kind, pk in holders:
        by_kind.setdefault(kind, set()).add(pk)
    condition = Q()
    for kind, ids in by_kind.items():
        condition |= Q(holder_kind=kind, holder_id__in=ids)
    return condition
