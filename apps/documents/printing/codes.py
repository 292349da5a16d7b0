"""QR codes as vector paths, and the payload of a UPI payment code."""

from __future__ import annotations

import functools
from decimal import Decimal
from urllib.parse import quote

import segno
from segno.encoder import DataOverflowError

_MASK = 2
"""A fixed mask: any of the eight is readable, and trying them all costs four fifths of the time."""


@functools.lru_cache(maxsize=64)
def qr_path(payload: str, level: str = "m") -> tuple[int, str]:
    """Edge in modules and the path that fills the dark ones (unit: a module, origin lower left, no quiet
    zone). ValueError when the payload is empty or longer than a QR code can hold."""
    if not payload:
        raise ValueError("qr: the payload is empty")
    try:
        code = segno.make_qr(payload, error=level, boost_error=False, mask=_MASK)
    except DataOverflowError as error:
        raise ValueError(f"qr: a payload of {len(payload)} characters is too long for a QR code") from error
    rows = code.matrix
    edge = len(rows)
    parts: list[str] = []
    for number, row in enumerate(rows):
        y = edge - 1 - number
        column = 0
        while column < edge:
            if not row[column]:
                column += 1
                continue
            end = row.find(0, column)
            end = edge if end < 0 else end
            parts.append(f"{column} {y} {end - column} 1 re")
            column = end
    return edge, " ".join(parts)


def upi_link(
    *, address: str, name: str, amount: Decimal | None = None, note: str = "", reference: str = ""
) -> str:
    """The `upi://pay` link of a payment code (NPCI linking specification 1.6): payee address, payee name,
    amount in rupees with two places, note, reference of at most 35 characters. ValueError for an
    address without `@` or an amount that isn't positive."""
    if address.count("@") != 1 or not all(address.split("@")):
        raise ValueError("upi_id: a UPI address looks like name@bank")
    parts = [f"pa={quote(address, safe='@.-_')}", f"pn={quote(name[:99], safe='')}"]
    if reference:
        parts.append(f"tr={quote(reference[:35], safe='')}")
    if amount is not None:
        if not amount.is_finite() or amount <= 0:
            raise ValueError("upi amount: must be positive")
        parts.append(f"am={amount:.2f}")
    parts.append("cu=INR")
    if note:
        parts.append(f"tn={quote(note[:80], safe='')}")
    return "upi://pay?" + "&".join(parts)
