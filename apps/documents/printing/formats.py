"""Numbers as they are printed: Indian grouping for rupees, thousands for others, by `core.india`."""

from __future__ import annotations

from decimal import Decimal

from apps.core.formats import show_number
from apps.core.india.numbers import format_western


def amount(value: Decimal | int | None, places: int = 2, *, indian: bool = True) -> str:
    """Money with a fixed number of places; None is empty. ValueError for NaN and infinity, TypeError for a
    float."""
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("amount: a float is not money, give a Decimal")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"amount: {number} is not a number that can be printed")
    return show_number(number, places) if indian else format_western(number, places)


def quantity(value: Decimal | int | None, *, indian: bool = True) -> str:
    """A quantity or rate without needless zeros: 10.000 → 10, 2.500 → 2.5."""
    if value is None:
        return ""
    number = Decimal(value)
    places = max(0, -int(number.as_tuple().exponent)) if number.is_finite() else 0
    text = amount(number, places, indian=indian)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | None) -> str:
    """A rate: 18 → 18%, 0.25 → 0.25%; None is empty."""
    return "" if value is None else f"{quantity(value)}%"
