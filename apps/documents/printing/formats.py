"""Numbers as they are printed: Indian grouping for rupees, thousands for other currencies."""

from __future__ import annotations

from decimal import Decimal


def grouped(digits: str, *, indian: bool = True) -> str:
    """Groups a row of digits: 12345678 → 1,23,45,678 (Indian) or 12,345,678."""
    if len(digits) <= 3:
        return digits
    step = 2 if indian else 3
    head, tail = digits[:-3], digits[-3:]
    parts = []
    while head:
        parts.append(head[-step:])
        head = head[:-step]
    return ",".join(reversed(parts)) + "," + tail


def amount(value: Decimal | int | None, places: int = 2, *, indian: bool = True) -> str:
    """Money with a fixed number of places; None is empty. ValueError for NaN and infinity, TypeError for a
    float."""
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("amount: a float is not money, give a Decimal")
    value = Decimal(value)
    if not value.is_finite():
        raise ValueError(f"amount: {value} is not a number that can be printed")
    text = f"{value:.{places}f}"
    sign = ""
    if text[0] == "-":
        text = text[1:]
        sign = "-" if text.strip("0.") else ""
    whole, point, rest = text.partition(".")
    return sign + grouped(whole, indian=indian) + point + rest


def quantity(value: Decimal | int | None, *, indian: bool = True) -> str:
    """A quantity or rate without needless zeros: 10.000 → 10, 2.500 → 2.5."""
    if value is None:
        return ""
    places = max(0, -int(Decimal(value).as_tuple().exponent)) if Decimal(value).is_finite() else 0
    text = amount(value, places, indian=indian)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | None) -> str:
    """A rate: 18 → 18%, 0.25 → 0.25%; None is empty."""
    return "" if value is None else f"{quantity(value)}%"
