"""Companies for the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.company.models import Company, Currency, FiscalYear
from apps.company.services.companies import company_create, fiscal_year_open

_number = count(1)
FIRST_YEAR = 2025


def make_company(**values: Any) -> Company:
    """A company of Maharashtra with its chart of accounts and the fiscal years from 2025-26, or from last
    year, until this one: fixed days of the tests and those of last week can be booked whatever today is."""
    index = next(_number)
    values.setdefault("code", f"T{index}")
    values.setdefault("trade_name", f"Company {index}")
    values.setdefault("legal_name", f"Company {index} Private Limited")
    values.setdefault("state_code", "27")
    values.setdefault("currency", Currency.objects.get(code="INR"))
    made = company_create(**values)
    this_year = FiscalYear.objects.get(company=made)
    for year in range(min(FIRST_YEAR, this_year.start.year - 1), this_year.start.year):
        fiscal_year_open(company=made, day=this_year.start.replace(year=year))
    return made
