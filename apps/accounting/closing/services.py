"""Year-end: the result of a fiscal year goes to retained earnings, and nobody posts into the year any more.

The closing entry is dated the year's last day. Statements of the period leave it out (``closing_movements``),
so that a closed year still shows what it earned; balance sheet and openings have it in.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.choices import AccountType
from apps.accounting.ledger import Posting, PostingLine, account_for, post, reverse
from apps.accounting.ledger.balances import Turnover, turnovers
from apps.accounting.models import Account, JournalEntry, JournalLine, YearClosing
from apps.accounting.statements.base import OF_THE_YEAR
from apps.company.choices import PeriodStatus
from apps.company.models import FiscalYear, Period
from apps.company.services.periods import fiscal_year_close, period_reopen
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import advisory_lock
from apps.core.money import ZERO
from apps.documents.lifecycle import number_assign

SOURCE, PURPOSE = "accounting.yearclosing", "close"


def closing_compute(document: YearClosing, children: Any = None) -> None:
    """Fill a draft: the year's last day, its income and expenses as they stand now. Raises InvalidInput."""
    if document.fiscal_year_id is None:
        raise InvalidInput(_("Choose the year to close."), field="fiscal_year", code="required")
    year = document.fiscal_year
    if document.company_id is None:
        document.company_id = year.company_id
    if year.company_id != document.company_id:
        raise InvalidInput(_("This belongs to another company."), field="fiscal_year", code="company")
    document.date = year.end
    results = results_of(document.company_id, year.end)
    income = [balance for account, balance in results if account.account_type == AccountType.INCOME]
    expense = [balance for account, balance in results if account.account_type == AccountType.EXPENSE]
    document.income_total, document.expense_total = -sum(income, ZERO), sum(expense, ZERO)
    document.profit = document.income_total - document.expense_total


def results_of(company_id: int, day: date) -> list[tuple[Account, Decimal]]:
    """[(income or expense account, balance, + debit)] that no closing entry has moved by the end of a day."""
    accounts = Account.objects.filter(company=company_id, is_group=False, account_type__in=OF_THE_YEAR)
    rows = {account.pk: account for account in accounts.order_by("code", "pk")}
    found = turnovers(company_id, [day], account_ids=list(rows))
    balances = [(account, found[pk][0].balance) for pk, account in rows.items() if pk in found]
    return [(account, balance) for account, balance in balances if balance]


def year_close(document: YearClosing, *, by: Any, reason: str = "") -> None:
    """Close: the entry on the year's last day, then every month hard. ``reason`` posts into a softly closed
    last month (with the permission).

    Raises Refused ``earlier_year`` while an earlier year has a result of its own, ``nothing_open`` when there
    is no result, ``duplicate`` for a closed year; Locked for a hard-closed last month.
    """
    year = document.fiscal_year
    advisory_lock(f"accounting.closing.{year.company_id}")
    if closing_of(year) is not None:
        raise Refused(_("This year is closed already."), code="duplicate", field="fiscal_year")
    _earlier_check(year)
    closing_compute(document)
    lines = _lines(document)
    if not lines:
        raise Refused(_("This year has no income and no expenses."), code="nothing_open")
    number_assign(document)
    posting = Posting(
        company=document.company,
        journal="general",
        date=year.end,
        source=document,
        purpose=PURPOSE,
        narration=_("Result of %(year)s to retained earnings") % {"year": year.label},
        lines=lines,
    )
    document.journal_entry = post([posting], by=by, reason=reason)[0]
    fiscal_year_close(year=year, hard=True, reason=str(_("Year closed")), by=by)


def _earlier_check(year: FiscalYear) -> None:
    """Years are closed in their order: what an earlier one earned would go into this one's entry."""
    earlier = FiscalYear.objects.filter(company=year.company_id, end__lt=year.start).order_by("-end").first()
    if earlier is not None and results_of(year.company_id, earlier.end):
        raise Refused(
            _("Close %(year)s first.") % {"year": earlier.label}, code="earlier_year", field="fiscal_year"
        )


def _lines(document: YearClosing) -> list[PostingLine]:
    """Each result account to zero, the difference to retained earnings."""
    currency = document.company.currency_id
    results = results_of(document.company_id, document.date)
    lines = [PostingLine(account, -balance, currency, -balance) for account, balance in results]
    if document.profit:
        retained = account_for(document.company, "retained_earnings")
        lines.append(PostingLine(retained, -document.profit, currency, -document.profit))
    return lines


def year_reopen(document: YearClosing, *, by: Any, reason: str = "") -> None:
    """Take the closing back: its last month opens, the entry is reversed on its own day; the other months
    stay closed until somebody opens them.

    Raises InvalidInput without a reason, Refused ``later_year`` while a later year is closed.
    """
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    year = document.fiscal_year
    advisory_lock(f"accounting.closing.{year.company_id}")
    later = YearClosing.objects.filter(
        company=year.company_id, status="closed", date__gt=document.date
    ).first()
    if later is not None:
        raise Refused(_("Open %(year)s first.") % {"year": later.fiscal_year.label}, code="later_year")
    document.reopen_reason = reason.strip()[:200]
    document.status = "reopened"  # before the month opens: a closed year keeps its months shut
    document.save(update_fields=["status", "reopen_reason", "updated_at"])
    last = Period.objects.get(fiscal_year=year, start__lte=year.end, end__gte=year.end)
    if last.status != PeriodStatus.OPEN:
        period_reopen(period=last, reason=document.reopen_reason, by=by)
    document.reversal_entry = reverse(document.journal_entry, date=year.end, by=by, reason=reason)


def closing_of(year: FiscalYear) -> YearClosing | None:
    """The closing of a year that stands."""
    return YearClosing.objects.filter(fiscal_year=year, status="closed").first()


def period_guard(period: Period) -> None:
    """Months of a closed year don't open one by one. Raises Refused ``year_closed``."""
    if YearClosing.objects.filter(fiscal_year=period.fiscal_year_id, status="closed").exists():
        raise Refused(
            _("The year of %(period)s is closed. Open the year again first.") % {"period": period},
            code="year_closed",
            field="status",
        )


def closing_movements(company_id: int, first: date, last: date) -> dict[int, Turnover]:
    """{account id: what closing entries (and their reversals) moved in a period}, one query."""
    rows = (
        JournalLine.objects.filter(
            company=company_id, date__gte=first, date__lte=last, entry__in=_entries(company_id)
        )
        .values("account_id")
        .annotate(
            debit=Sum("base_amount", filter=Q(base_amount__gt=0)),
            credit=Sum("base_amount", filter=Q(base_amount__lt=0)),
        )
    )
    return {row["account_id"]: Turnover(row["debit"] or ZERO, -(row["credit"] or ZERO)) for row in rows}


def _entries(company_id: int) -> Any:
    return JournalEntry.objects.filter(company=company_id, source_kind=SOURCE).values("pk")
