"""Companies and their fiscal years."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.company.events import CompanyCreated
from apps.company.models import (
    BankAccount,
    Company,
    CompanyAccess,
    Currency,
    FiscalYear,
    NumberSeries,
    Period,
)
from apps.company.selectors import company_today
from apps.core.access import access_of
from apps.core.errors import InvalidInput, Refused
from apps.core.events import emit
from apps.core.india.fiscal import fiscal_year
from apps.core.locks import advisory_lock
from apps.core.models.history import history_write
from apps.core.quota import quota_claim
from apps.core.records import Child, record_delete, record_save

__all__ = ["CompanyCreated", "company_create", "company_save", "fiscal_year_open"]


def company_create(*, by: Any = None, **values: Any) -> Company:
    """A company with its current fiscal year, chart and places (by subscribers). Raises InvalidInput."""
    return company_save(Company(), values=values, by=by)


def company_save(
    company: Company,
    *,
    values: dict[str, Any],
    children: dict[str, list[dict[str, Any]]] | None = None,
    specs: dict[str, Child] | None = None,
    version: int | None = None,
    by: Any = None,
) -> Company:
    """Create or change a company with its addresses and bank accounts.

    Raises InvalidInput (GSTIN, PAN, state, two printed bank accounts), Refused (currency or first month
    of the year after numbers were given), VersionConflict.
    """
    new = company.pk is None
    before = None if new else (company.currency_id, company.fiscal_year_start)
    with transaction.atomic():
        if new:
            quota_claim("companies")
        _one_printed(company, children)
        saved: Any = record_save(
            company, values=values, children=children, specs=specs, version=version, by=by
        )
        if new:
            _stay_visible(saved, by)
            company_created(saved)
        elif before != (saved.currency_id, saved.fiscal_year_start):
            _books_turned(saved, before)
    return saved


def _one_printed(company: Company, children: dict[str, list[dict[str, Any]]] | None) -> None:
    """At most one bank account is printed; the old one steps back before a new one is written."""
    rows = (children or {}).get("bank_accounts")
    if rows is None:
        return
    chosen = [index for index, row in enumerate(rows) if row.get("is_primary")]
    if len(chosen) > 1:
        raise InvalidInput(
            _("Only one account is printed on invoices."), field=f"bank_accounts.{chosen[1]}.is_primary"
        )
    if rows and not chosen and not any(row.get("id") for row in rows):
        rows[0]["is_primary"] = True
    if company.pk and chosen:
        BankAccount.objects.filter(company=company, is_primary=True).untracked_update(is_primary=False)


def _stay_visible(company: Company, by: Any) -> None:
    """Who is limited to some companies and makes one more works in it too."""
    if by is not None and access_of(by).company_ids is not None:
        CompanyAccess.objects.create(user=by, company=company)


def _books_turned(company: Company, before: Any) -> None:
    """Currency and first month may change only while no number was given."""
    if NumberSeries.objects.filter(company=company, last_number__gt=0).exists():
        field = "currency" if company.currency_id != before[0] else "fiscal_year_start"
        raise Refused(_("This can't change any more: documents exist."), code="in_use", field=field)
    if company.fiscal_year_start != before[1]:
        NumberSeries.objects.filter(company=company).delete()
        Period.objects.filter(company=company).delete()
        FiscalYear.objects.filter(company=company).delete()
        fiscal_year_open(company=company, day=company_today())


def company_created(company: Company) -> None:
    """What every new company gets, however it was entered."""
    emit(CompanyCreated(company=company, company_id=company.pk))
    fiscal_year_open(company=company, day=company_today())


def company_from_setup(organisation: Any, answers: dict[str, Any]) -> None:
    """The set-up page's company, in the organisation's currency."""
    if not Company.objects.exists():
        currency = Currency.objects.get(code=organisation.currency)
        company_create(currency=currency, **answers["company"])


def company_delete(company: Company, *, by: Any) -> None:
    """Put a company into the bin. Refused for the last one, and once it has given numbers."""
    advisory_lock("company.companies")
    if not Company.objects.filter(deleted_at=None).exclude(pk=company.pk).exists():
        raise Refused(_("The last company can't be deleted."), code="in_use")
    if NumberSeries.objects.filter(company=company, last_number__gt=0).exists():
        raise Refused(_("Documents of this company exist. Switch it off instead."), code="in_use")
    record_delete(company, by=by)


def fiscal_year_open(*, company: Company, day: date, by: Any = None) -> FiscalYear:
    """The fiscal year that holds ``day`` with its twelve monthly periods; made when missing."""
    found = FiscalYear.objects.filter(company=company, start__lte=day, end__gte=day).first()
    if found:
        return found
    with transaction.atomic():
        advisory_lock(f"company.year.{company.pk}")
        found = FiscalYear.objects.filter(company=company, start__lte=day, end__gte=day).first()
        return found or _year_make(company, day)


def _year_make(company: Company, day: date) -> FiscalYear:
    span = fiscal_year(day, company.fiscal_year_start)
    year = FiscalYear.objects.create(company=company, label=span.label, start=span.start, end=span.end)
    months = [
        Period(
            company=company,
            fiscal_year=year,
            start=_month_start(span.start, number),
            end=_month_start(span.start, number + 1) - timedelta(days=1),
        )
        for number in range(12)
    ]
    history_write(Period.objects.bulk_create(months))
    return year


def _month_start(start: date, offset: int) -> date:
    index = start.month - 1 + offset
    return date(start.year + index // 12, index % 12 + 1, 1)
