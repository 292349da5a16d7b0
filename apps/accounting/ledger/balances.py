"""Balances of accounts: insert-only deltas at posting, folded by a job into days and months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from apps.accounting.models import BalanceDelta, JournalLine
from apps.core.money import ZERO


def deltas_of(lines: Iterable[JournalLine]) -> list[BalanceDelta]:
    """One delta for each account and day of the lines."""
    sums: dict[tuple[int, int, date], list[Decimal]] = {}
    for line in lines:
        pair = sums.setdefault((line.company_id, line.account_id, line.date), [ZERO, ZERO])
        pair[0 if line.base_amount > 0 else 1] += abs(line.base_amount)
    return [
        BalanceDelta(company_id=company, account_id=account, date=day, debit=debit, credit=credit)
        for (company, account, day), (debit, credit) in sums.items()
    ]
