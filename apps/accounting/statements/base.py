"""What the statements share: accounts of a company, fiscal years by date, money with two decimals."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import AccountType
from apps.accounting.models import Account
from apps.company.models import Company, FiscalYear
from apps.company.selectors import company_today
from apps.core.formats import show_date
from apps.datatools.reports import ReportLink

NIL = Decimal("0.00")
OF_THE_YEAR = (AccountType.INCOME, AccountType.EXPENSE)


def year_start(company: Company, day: date) -> date:
    """First day of the company's fiscal year that holds ``day``."""
    month = company.fiscal_year_start
    return date(day.year if day.month >= month else day.year - 1, month, 1)


def before(day: date) -> date:
    return day - timedelta(days=1)


def ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def year_before(day: date) -> date:
    """The same day a year before; the end of a month gives the end of that month (28 February → 29)."""
    year = day.year - 1
    return day.replace(year=year, day=monthrange(year, day.month)[1] if ends_month(day) else day.day)


def period_before(first: date, last: date) -> tuple[date, date]:
    """The period that ends where this one begins: as many whole months, else as many days."""
    if first.day == 1 and ends_month(last):
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        start = first.year * 12 + first.month - 1 - months
        return date(start // 12, start % 12 + 1, 1), before(first)
    return before(first) - (last - first), before(first)


def accounts_of(company: Company) -> list[Account]:
    """Every account that can have postings, by code; also those in the bin. Without what no statement shows:
    reading a hundred accounts whole cost more than their sums."""
    rows = Account.objects.filter(company=company, is_group=False).order_by("code", "pk")
    return list(rows.defer(*Account.BESIDE))


def period_text(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": show_date(first), "last": show_date(last)}


def default_to(values: dict[str, Any]) -> date:
    return company_today()


def default_from(values: dict[str, Any]) -> date:
    """Start of the fiscal year in which the period ends."""
    return year_start(values["company"], values["to"])


def current_year(values: dict[str, Any]) -> FiscalYear | None:
    """The fiscal year of today, else the newest."""
    years = FiscalYear.objects.filter(company=values["company"])
    return years.filter(start__lte=values["on"], end__gte=values["on"]).first() or years.first()


def default_month(values: dict[str, Any]) -> date:
    return values["to"].replace(day=1)


def ledger_link(account: Account, first: date, last: date) -> ReportLink:
    return ReportLink(
        "accounting/general-ledger",
        {"company": account.company_id, "account": account.pk, "from": first, "to": last},
    )


def debit_credit(balance: Decimal) -> tuple[Decimal, Decimal]:
    """A signed balance on its side."""
    return max(balance, NIL), max(-balance, NIL)
