"""Ageing of receivables and payables by days past the due date (or the document date, if the caller says so).

Up to and including the due date an amount is not due. Unallocated advances are negative items.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.core.money import ZERO

NIL = Decimal("0.00")
EDGES = (30, 60, 90)
NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class AgedItem:
    """An open item; ``amount`` less ``paid`` is aged from ``due``."""

    due: date
    amount: Decimal
    paid: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Ageing:
    """Amounts by bucket label, in order, and their sum."""

    buckets: dict[str, Decimal]
    total: Decimal


def bucket_labels(edges: Sequence[int] = EDGES) -> list[str]:
    """``not_due``, ``1-30``, ``31-60``, ``61-90``, ``91+`` for any rising edges in days."""
    if not edges or list(edges) != sorted(set(edges)) or edges[0] < 1:
        raise ValueError("The edges of the buckets must be rising numbers of days.")
    starts = [1, *(edge + 1 for edge in edges)]
    spans = [f"{start}-{edge}" for start, edge in zip(starts, edges, strict=False)]
    return [NOT_DUE, *spans, f"{starts[-1]}+"]


def bucket_of(due: date, as_of: date, edges: Sequence[int] = EDGES) -> str:
    """The label for one due date."""
    return bucket_labels(edges)[_index(due, as_of, edges)]


def ageing(items: Iterable[AgedItem], as_of: date, edges: Sequence[int] = EDGES) -> Ageing:
    """Sum open amounts by bucket on ``as_of``."""
    labels = bucket_labels(edges)
    sums = [NIL] * len(labels)
    for item in items:
        sums[_index(item.due, as_of, edges)] += item.amount - item.paid
    return Ageing(dict(zip(labels, sums, strict=True)), sum(sums, NIL))


def _index(due: date, as_of: date, edges: Sequence[int]) -> int:
    days = (as_of - due).days
    return 0 if days <= 0 else bisect_left(edges, days) + 1
