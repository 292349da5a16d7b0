"""Dates that move with the day: "this month", "last 7 days". A kept filter says the period, not its days.

``company`` sets here what today is at the organisation's place, and which fiscal year a day belongs to.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PERIODS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "last_7_days": _("Last 7 days"),
    "last_30_days": _("Last 30 days"),
    "this_week": _("This week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_fiscal_year": _("This fiscal year"),
    "last_fiscal_year": _("Last fiscal year"),
}
Days = tuple[date, date]
_today: list[Callable[[], date]] = [timezone.localdate]
_fiscal: list[Callable[[date, Any], date]] = []


def use_calendar(*, today: Callable[[], date], fiscal_start: Callable[[date, Any], date]) -> None:
    """Called once by ``company``. ``fiscal_start(day, user)``: the first day of the fiscal year of a day."""
    _today[:], _fiscal[:] = [today], [fiscal_start]


def period_days(name: str, user: Any = None) -> Days:
    """First and last day of a period of PERIODS, today's at the organisation's place. Quarters are those of
    the calendar. Raises KeyError."""
    today = _today[0]()
    return _DAYS[name](today, user)


def period_condition(field: models.Field, path: str, name: str, user: Any = None) -> Q:
    """The rows whose date or moment lies in a period. Raises KeyError."""
    first, last = period_days(name, user)
    if not isinstance(field, models.DateTimeField):
        return Q(**{f"{path}__gte": first, f"{path}__lte": last})
    zone = timezone.get_current_timezone()
    start, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    return Q(**{f"{path}__gte": start, f"{path}__lt": end})


def _back(days: int) -> Callable[[date, Any], Days]:
    return lambda today, _user: (today - timedelta(days=days - 1), today)


def _yesterday(today: date, user: Any) -> Days:
    day = today - timedelta(days=1)
    return day, day


def _week(today: date, user: Any) -> Days:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _months(first: date, count: int) -> Days:
    """So many whole months from the first of one."""
    index = first.year * 12 + first.month - 1 + count - 1
    year, month = divmod(index, 12)
    return first, date(year, month + 1, monthrange(year, month + 1)[1])


def _earlier(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _fiscal_start(day: date, user: Any) -> date:
    """April, unless the company's year begins elsewhere."""
    if _fiscal:
        return _fiscal[0](day, user)
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def _fiscal_year(today: date, user: Any) -> Days:
    return _months(_fiscal_start(today, user), 12)


def _fiscal_year_before(today: date, user: Any) -> Days:
    last = _fiscal_start(today, user) - timedelta(days=1)
    return _fiscal_start(last, user), last


_DAYS: dict[str, Callable[[date, Any], Days]] = {
    "today": _back(1),
    "yesterday": _yesterday,
    "last_7_days": _back(7),
    "last_30_days": _back(30),
    "this_week": _week,
    "this_month": lambda today, _user: _months(today.replace(day=1), 1),
    "last_month": lambda today, _user: _months(_earlier(today.replace(day=1), 1), 1),
    "this_quarter": lambda today, _user: _months(_quarter_start(today), 3),
    "last_quarter": lambda today, _user: _months(_earlier(_quarter_start(today), 3), 3),
    "this_fiscal_year": _fiscal_year,
    "last_fiscal_year": _fiscal_year_before,
}
