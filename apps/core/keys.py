"""Keys of records as addresses, forms and tokens send them."""

from __future__ import annotations

from typing import Any

DIGITS = 18
"""So many fit into the database's keys (63 bits)."""


def key_read(text: Any) -> int | None:
    """The id that plain digits say; None for everything else ("²" is a digit too, and ten thousand are)."""
    sent = str(text)
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= DIGITS else None


def key_sent(value: Any) -> int | None:
    """The id that a JSON value is; None for everything else (true is a number too)."""
    return value if type(value) is int and 0 < value < 2**63 else None
