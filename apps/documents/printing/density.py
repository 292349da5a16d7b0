"""How close a document is set: with air, or closer where that saves its reader a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Density:
    """Heights in points: air above and below a line and a row of the tax summary, a row of the totals, a
    payment code, a place to sign."""

    line: float = 3.3
    tax: float = 2.2
    total: float = 14.0
    code: float = 66.0
    sign: float = 70.0


EASY = Density()
CLOSE = Density(line=2.0, tax=1.2, total=12.6, code=60.0, sign=58.0)


def most_saved(lines: int, tax_rows: int, totals: int) -> float:
    """The most height that setting a document close saves: whether trying it can be worth it. A payment that
    had to leave its place beside the totals comes back there."""
    rows = 2 * (EASY.line - CLOSE.line) * (lines + 1) + 2 * (EASY.tax - CLOSE.tax) * (tax_rows + 1)
    beside = (2 * EASY.total - CLOSE.total) * totals
    return rows + beside + (EASY.code - CLOSE.code) + (EASY.sign - CLOSE.sign)
