"""Which days are working days: by the working week of a company and by the holidays that hold for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.company.models import Company, Holiday
from apps.company.models.holiday import HolidayKind
from apps.core.errors import Refused
from apps.core.formats import show_date
from apps.core.typed_settings import setting

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FURTHEST = 120


def holidays_between(company: Company, first: date, last: date) -> set[date]:
    """Days from ``first`` to ``last`` on which the company is closed: without the optional holidays."""
    rows = Holiday.objects.filter(date__range=(first, last), active=True, deleted_at=None)
    rows = rows.filter(Q(company=None) | Q(company=company), state_code__in=("", company.state_code))
    return set(rows.exclude(holiday_kind=HolidayKind.OPTIONAL).values_list("date", flat=True))


def working_days(company: Company, first: date, last: date) -> Iterator[date]:
    """The working days from ``first`` to ``last``, both included, in order. Two queries."""
    week = set(setting("company.working_days", company.pk))
    closed = holidays_between(company, first, last)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if _DAYS[day.weekday()] in week and day not in closed:
            yield day


def working_day_from(company: Company, day: date) -> date:
    """``day`` if the company works then, else the next day on which it does.

    Raises Refused when four months hold no working day: a calendar filled by mistake.
    """
    found = next(working_days(company, day, day + timedelta(days=_FURTHEST)), None)
    if found is None:
        text = _("The calendar has no working day within %(n)d days of %(day)s.")
        raise Refused(text % {"n": _FURTHEST, "day": show_date(day)}, code="no_working_day")
    return found
