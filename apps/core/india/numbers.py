"""Numbers the way they are written in India: 1,23,45,678.90 - the last three digits, then groups of two.

Foreign currency amounts keep the Western groups of three.
"""

from __future__ import annotations

from decimal import Decimal

from apps.core.money import round_money

SYMBOLS = {"INR": "₹", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "¥", "AED": "AED ", "SGD": "S$"}


def format_indian(amount: Decimal, decimals: int = 2) -> str:
    """``-12,34,567.89``: rounded half away from zero, grouped, minus sign first."""
    return _format(amount, decimals, 2)


def format_western(amount: Decimal, decimals: int = 2) -> str:
    """``-1,234,567.89``."""
    return _format(amount, decimals, 3)


def format_money(
    amount: Decimal, currency: str = "INR", decimals: int = 2, *, indian: bool | None = None
) -> str:
    """``₹1,23,456.00`` or ``US$123,456.00``; a currency without a known symbol is written by its code.

    indian: groups of two; not given: for rupees.
    """
    grouped = currency == "INR" if indian is None else indian
    text = _format(abs(amount), decimals, 2 if grouped else 3)
    sign = "-" if round_money(amount, decimals) < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{text}"


def format_quantity(quantity: Decimal, max_decimals: int = 6, *, indian: bool = True) -> str:
    """A quantity without idle zeros: ``1,250``, ``12.5``."""
    text = _format(quantity, max_decimals, 2 if indian else 3)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _format(amount: Decimal, decimals: int, group: int) -> str:
    rounded = round_money(amount, decimals)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [tail]
    while head:
        groups.append(head[-group:])
        head = head[:-group]
    text = ",".join(reversed(groups))
    sign = "-" if rounded < 0 else ""
    return f"{sign}{text}.{fraction}" if fraction else sign + text
