"""Companies and their fiscal years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import transaction

from apps.company.models import Company, FiscalYear, Period
from apps.core.events import Event, emit


@dataclass(frozen=True)
class CompanyCreated(Event):
    """A company exists now: accounting gives it its chart of accounts, inventory its places."""

    name: ClassVar[str] = "company.created"
    company: Company
    company_id: int


def company_create(*, by: Any = None, **values: Any) -> Company:
    """A company with its current fiscal year, chart and places (by subscribers). Raises InvalidInput."""
    from apps.core.validation import clean_instance

    company = Company(**values)
    clean_instance(company)
    with transaction.atomic():
        company.save()
        company_created(company)
    return company


def company_created(company: Company) -> None:
    """What every new company gets, however it was entered."""
    from apps.company.selectors import company_today

    emit(CompanyCreated(company=company, company_id=company.pk))
    fiscal_year_open(company=company, day=company_today())


def fiscal_year_open(*, company: Company, day: date) -> FiscalYear:
    """The fiscal year that holds ``day`` with its twelve monthly periods; made when missing."""
    found = FiscalYear.objects.filter(company=company, start__lte=day, end__gte=day).first()
    if found:
        return found
    month = company.fiscal_year_start
    start = date(day.year if day.month >= month else day.year - 1, month, 1)
    end = date(start.year + 1, month, 1) - timedelta(days=1)
    label = f"{start.year}-{end:%y}" if start.year != end.year else str(start.year)
    with transaction.atomic():
        year = FiscalYear.objects.create(company=company, label=label, start=start, end=end)
        for number in range(12):
            first = _month_start(start, number)
            last = _month_start(start, number + 1) - timedelta(days=1)
            Period.objects.create(company=company, fiscal_year=year, start=first, end=last)
    return year


def _month_start(start: date, offset: int) -> date:
    index = start.month - 1 + offset
    return date(start.year + index // 12, index % 12 + 1, 1)
