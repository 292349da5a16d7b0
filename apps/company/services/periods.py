"""Closing and reopening of periods."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.company.choices import PeriodStatus
from apps.company.models import Period
from apps.core.errors import InvalidInput
from apps.core.locks import lock_row


def period_close(*, period: Period, hard: bool, by: Any) -> Period:
    """Close a period; waits for postings that hold it.

    ``hard``: nobody posts any more; otherwise a permission and a reason still do.
    """
    row = lock_row(Period, period.pk)
    row.status = PeriodStatus.CLOSED if hard else PeriodStatus.SOFT_CLOSED
    row.save()
    return row


def period_reopen(*, period: Period, reason: str, by: Any) -> Period:
    """Open a period again; the reason goes to its history. Raises InvalidInput without one."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    row = lock_row(Period, period.pk)
    row.status = PeriodStatus.OPEN
    row._change_reason = reason[:100]
    row.save()
    return row
