"""Postings for the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.accounting.ledger import Posting, PostingLine, account_for
from apps.company.models import Company

_source = count(1)


def line(company: Company, role: str, base: str | Decimal, **values: Any) -> PostingLine:
    """A line in company currency on the account of a part; + debit."""
    amount = Decimal(base)
    values.setdefault("amount", amount)
    values.setdefault("currency_id", company.currency_id)
    return PostingLine(account=account_for(company, role), base=amount, **values)


def posting(
    company: Company,
    day: date,
    *pairs: tuple[str, str],
    journal: str = "general",
    source: Any = None,
    purpose: str = "test",
    **values: Any,
) -> Posting:
    """``posting(company, day, ("cash", "100"), ("sales", "-100"))``."""
    return Posting(
        company=company,
        journal=journal,
        date=day,
        source=source or ("tests.source", next(_source)),
        purpose=purpose,
        lines=[line(company, role, base) for role, base in pairs],
        **values,
    )
