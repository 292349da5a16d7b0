"""Asserts that close every test in which goods move."""

from __future__ import annotations

from typing import Any

from apps.inventory.services.proof import stock_prove


def assert_stock_equals_ledger(company: Any = None) -> None:
    """Quantities, values, days, layers and reservations follow from the moves; value equals the account."""
    assert stock_prove(company) == []
