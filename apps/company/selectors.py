"""Reads about companies that several apps use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.company.choices import PeriodStatus
from apps.company.models import Company, CurrencyRate, FiscalYear, Period, WorkingCompany
from apps.core.access import access_of
from apps.core.database.records import records_where
from apps.core.errors import InvalidInput, Locked
from apps.core.formats import show_date
from apps.core.india.fiscal import APRIL, fiscal_year
from apps.core.scope import record_filter
from apps.core.tenant import current_organisation, is_public
from apps.core.working import CompanyChoice, company_choices, working_company_id

COMPANIES_OF_USER = "SELECT a.company_id FROM company_companyaccess a WHERE a.user_id = u.id"
"""The companies that user ``u`` is limited to; no row: all of them."""


def company_attach(document: Any) -> None:
    """Read the document's company with its currency, in one query, where they aren't read yet."""
    meta = document._meta
    if not meta.get_field("company").is_cached(document):
        document.company = Company.objects.select_related("currency").get(pk=document.company_id)
    if document.currency_id == document.company.currency_id:
        document.currency = document.company.currency


def companies_worked_in(user: Any) -> list[CompanyChoice]:
    """The companies of the header's list, with the one chosen marked; one query."""
    if is_public():
        return []
    chosen = WorkingCompany.objects.filter(user_id=user.pk, company_id=OuterRef("pk"))
    rows = Company.objects.filter(record_filter(Company, access_of(user)), deleted_at=None, active=True)
    rows = rows.annotate(chosen=Exists(chosen)).order_by("code").values_list("pk", "trade_name", "chosen")
    return [CompanyChoice(*row) for row in rows]


def company_today() -> date:
    """Today at the organisation's place, not the server's: 00:20 IST belongs to that day."""
    return company_moment(timezone.now()).date()


def company_moment(moment: datetime) -> datetime:
    """A moment as the clock shows it at the organisation's place, whoever asks."""
    return moment.astimezone(ZoneInfo(current_organisation().time_zone))


def fiscal_year_of(company_id: int, day: date) -> FiscalYear:
    """The fiscal year of a day. Raises InvalidInput naming ``date`` when none is open there."""
    year = FiscalYear.objects.filter(company_id=company_id, start__lte=day, end__gte=day).first()
    if year is None:
        raise InvalidInput(
            _("There is no fiscal year for %(day)s.") % {"day": show_date(day)},
            field="date",
            code="no_fiscal_year",
        )
    return year


def fiscal_start_of(day: date, user: Any) -> date:
    """The first day of the fiscal year of a day, in the company that the user works in, else in the first of
    his; where no year is open, as the company counts its years (April)."""
    choices = company_choices(user)
    company = working_company_id(user) or (choices[0].pk if choices else None)
    found = FiscalYear.objects.filter(company_id=company, start__lte=day, end__gte=day).first()
    if found is not None:
        return found.start
    month = Company.objects.filter(pk=company).values_list("fiscal_year_start", flat=True).first()
    return fiscal_year(day, month or APRIL).start


def period_hold(company_id: int, day: date, *, may_soft: bool = False) -> Period:
    """The period of a day, held FOR SHARE until the posting commits. See ``periods_hold``."""
    return periods_hold({(company_id, day)}, may_soft=may_soft)[company_id, day]


def periods_hold(
    days: Iterable[tuple[int, date]], *, may_soft: bool = False
) -> dict[tuple[int, date], Period]:
    """The periods of (company, day) pairs, held FOR SHARE so that they can't be closed meanwhile.

    One query. Raises Locked (423) when one is closed, InvalidInput when there is none. ``may_soft``: the
    user has the permission and gave a reason to post into a softly closed period.
    """
    wanted = sorted(set(days))
    periods = records_where(
        Period,
        """company_period.id IN (
               SELECT p.id FROM company_period p JOIN unnest(%s::bigint[], %s::date[]) AS w(company_id, day)
                   ON p.company_id = w.company_id AND p.start <= w.day AND p."end" >= w.day)""",
        [[company for company, _day in wanted], [day for _company, day in wanted]],
        order=("pk",),
        lock="SHARE",
    )
    return {(company, day): _open_period(periods, company, day, may_soft) for company, day in wanted}


def _open_period(periods: list[Period], company_id: int, day: date, may_soft: bool) -> Period:
    period = next((p for p in periods if p.company_id == company_id and p.start <= day <= p.end), None)
    if period is None:
        raise InvalidInput(
            _("There is no accounting period for %(day)s.") % {"day": show_date(day)},
            field="date",
            code="no_period",
        )
    hard = period.status == PeriodStatus.CLOSED
    if hard or (period.status == PeriodStatus.SOFT_CLOSED and not may_soft):
        raise Locked(
            _("The period %(period)s is closed.") % {"period": str(period)},
            code="period_closed" if hard else "period_soft_closed",  # only of the latter a reason is asked
            field="date",
        )
    return period


def first_open_day(company_id: int, wanted: date) -> date:
    """``wanted`` when its period is open, else the first day of the next open period (for reversals)."""
    period = (
        Period.objects.filter(company_id=company_id, end__gte=wanted, status=PeriodStatus.OPEN)
        .order_by("start")
        .first()
    )
    if period is None:
        raise Locked(_("No accounting period is open."), code="period_closed", field="date")
    return max(wanted, period.start)


def rate_on(currency_id: int, company: Company, day: date) -> Decimal:
    """Units of company currency for 1 of the currency: the newest rate on or before the day."""
    if currency_id == company.currency_id:
        return Decimal(1)
    rate = CurrencyRate.objects.filter(currency_id=currency_id, date__lte=day).order_by("-date").first()
    if rate is None:
        raise InvalidInput(
            _("There is no exchange rate on or before %(day)s.") % {"day": show_date(day)},
            field="exchange_rate",
            code="no_rate",
        )
    return rate.rate


def rate_kept_since(currency_id: int, *, after: date, day: date) -> Decimal | None:
    """The newest rate on or before ``day`` that was kept later than ``after``; None when nobody kept one."""
    kept = CurrencyRate.objects.filter(currency_id=currency_id, date__gt=after, date__lte=day)
    return kept.order_by("-date").values_list("rate", flat=True).first()


def companies_kept() -> int:
    """Companies as plans count them: one in the bin keeps its books, so it keeps its place."""
    return Company.objects.count()
