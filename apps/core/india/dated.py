"""Tables of facts that hold from a date on: rates, limits and thresholds are data with dates, never code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """``value`` holds from ``since`` until the next row of the table."""

    since: date
    value: T


def in_force(table: Sequence[Dated[T]], day: date) -> T | None:
    """The value of the last row that begins on or before ``day``; ``None`` before the first."""
    found: Dated[T] | None = None
    for row in table:
        if row.since <= day and (found is None or row.since >= found.since):
            found = row
    return found.value if found else None
