"""What earlier movements are worth by now, for those that come back or are taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from apps.catalog.models import Product
from apps.core.money import ZERO
from apps.inventory.models import Reservation, StockMove, StockRevaluation


@dataclass(frozen=True)
class Cost:
    """Current worth of a movement; ``paid`` is what was booked against it."""

    quantity: Decimal
    value: Decimal
    exact_cost: Decimal
    paid: Decimal


def issue_costs(moves: Sequence[StockMove]) -> dict[int, Cost]:
    """{move id: its worth now}, revaluations included; one query, none without moves."""
    if not moves:
        return {}
    changes: dict[int, tuple[Decimal, Decimal]] = {}
    found = StockRevaluation.objects.filter(move_id__in={move.pk for move in moves}).order_by("id")
    for row in found:
        changes[row.move_id] = (changes.get(row.move_id, (ZERO, ZERO))[0] + row.amount, row.exact_cost)
    costs = {}
    for move in moves:
        amount, exact = changes.get(move.pk, (ZERO, move.exact_cost))
        costs[move.pk] = Cost(move.quantity, move.value + amount, exact, move.counter_value + amount)
    return costs


def returned_so_far(moves: Iterable[StockMove]) -> dict[int, Decimal]:
    """{issue id: how much of it came back already}; a return that was taken back itself doesn't count."""
    rows = StockMove.objects.filter(returned_move__in=[move.pk for move in moves], reversed_by=None)
    return dict(rows.values("returned_move").annotate(q=Sum("quantity")).values_list("returned_move", "q"))


def holdings(holders: Iterable[tuple[str, int]]) -> dict[tuple[str, int], list[Reservation]]:
    """Reservations of these holders; their rows are locked already."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in holders:
        by_kind.setdefault(kind, set()).add(pk)
    condition = Q()
    for kind, ids in by_kind.items():
        condition |= Q(holder_kind=kind, holder_id__in=ids)
    found: dict[tuple[str, int], list[Reservation]] = {}
    if by_kind:
        for row in Reservation.objects.filter(condition).order_by("row_id"):
            found.setdefault((row.holder_kind, row.holder_id), []).append(row)
    return found


def fallback_costs(products: set[Product]) -> dict[int, Decimal]:
    """Unit costs for goods that come in with none stated: of the last movement, else the purchase price."""
    if not products:
        return {}
    last = (
        StockMove.objects.filter(product__in=products)
        .order_by("product_id", "-date", "-id")
        .distinct("product_id")
        .values_list("product_id", "exact_cost")
    )
    return {product.pk: product.purchase_price for product in products} | dict(last)
