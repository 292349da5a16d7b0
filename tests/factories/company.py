"""Companies for the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.company.models import Company, Currency
from apps.company.services.companies import company_create

_number = count(1)


def make_company(**values: Any) -> Company:
    """A company of Maharashtra with its chart of accounts and current fiscal year."""
    index = next(_number)
    values.setdefault("code", f"T{index}")
    values.setdefault("trade_name", f"Company {index}")
    values.setdefault("legal_name", f"Company {index} Private Limited")
    values.setdefault("state_code", "27")
    values.setdefault("currency", Currency.objects.get(code="INR"))
    return company_create(**values)
