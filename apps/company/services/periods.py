"""Closing and reopening of periods."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.company.choices import PeriodStatus
from apps.company.events import PeriodChanged
from apps.company.models import FiscalYear, Period
from apps.core.errors import InvalidInput, Refused
from apps.core.events import emit
from apps.core.locks import lock_row


def period_close(*, period: Period, hard: bool, reason: str = "", by: Any) -> Period:
    """Close a period: waits for postings that hold it. ``hard``: nobody posts; else a permission still does.

    Raises Refused invalid_transition when it is closed that way already, or hard-closed.
    """
    row = lock_row(Period, period.pk)
    target = PeriodStatus.CLOSED if hard else PeriodStatus.SOFT_CLOSED
    if row.status in (target, PeriodStatus.CLOSED):
        raise Refused(
            _("The period %(p)s is “%(s)s” already.") % {"p": row, "s": row.get_status_display()},
            code="invalid_transition",
            field="status",
        )
    return _set(row, target, reason)


def period_reopen(*, period: Period, reason: str, by: Any) -> Period:
    """Open a period again; the reason goes to its history. Raises InvalidInput without one, Refused."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    row = lock_row(Period, period.pk)
    if row.status == PeriodStatus.OPEN:
        text = _("The period %(p)s is open.") % {"p": row}
        raise Refused(text, code="invalid_transition", field="status")
    return _set(row, PeriodStatus.OPEN, reason)


def _set(row: Period, status: str, reason: str) -> Period:
    row.status = status
    row._change_reason = reason.strip()[:100]  # type: ignore[attr-defined]  # the history library reads it
    row.save()
    emit(PeriodChanged(period_id=row.pk, company_id=row.company_id, status=row.status))
    return row


def fiscal_year_close(*, year: FiscalYear, hard: bool, reason: str = "", by: Any) -> int:
    """Close every period of a year that is still more open; returns how many changed."""
    target = PeriodStatus.CLOSED if hard else PeriodStatus.SOFT_CLOSED
    periods = list(year.periods.exclude(status__in=(target, PeriodStatus.CLOSED)).order_by("pk"))
    for period in periods:
        period_close(period=period, hard=hard, reason=reason, by=by)
    return len(periods)
