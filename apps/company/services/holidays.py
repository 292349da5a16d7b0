"""Filling a year of the calendar of holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.company.models import Holiday
from apps.company.models.holiday import HolidayKind
from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.locks import advisory_lock
from apps.core.records import record_save

NATIONAL = (
    (1, 26, gettext_noop("Republic Day")),
    (8, 15, gettext_noop("Independence Day")),
    (10, 2, gettext_noop("Gandhi Jayanti")),
)
"""The three national holidays of India; each keeps its date."""
_YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Copied:
    """made: entered in the new year; there: it had them; moving: left out, as their date changes."""

    made: int
    there: int
    moving: list[str]


def holidays_copy(*, from_year: int, to_year: int, moving: bool = False, by: Any) -> Copied:
    """Copy a year's holidays: those of a fixed date and, with ``moving``, the others on the old date too.

    What the new year has by name, state and company stays as it is. Raises InvalidInput naming the year.
    """
    _allow(by)
    _year_check("from_year", from_year)
    _year_check("to_year", to_year)
    if from_year == to_year:
        raise InvalidInput(_("The two years are the same."), field="to_year")
    advisory_lock("company.holidays")
    rows = list(Holiday.objects.filter(date__year=from_year, deleted_at=None).order_by("date", "pk"))
    if not rows:
        raise InvalidInput(_("This year has no holidays."), field="from_year", code="empty")
    known = _known(to_year)
    copies, left, there = [], [], 0
    for row in rows:
        day = _same_day(row.date, to_year)
        if _identity(row) in known:
            there += 1
        elif day is None or not (row.same_date or moving):
            left.append(row.name)
        else:
            copies.append({name: getattr(row, name) for name in _COPIED} | {"date": day})
    for values in copies:
        record_save(Holiday(), values=values, by=by)
    return Copied(len(copies), there, left)


_COPIED = ("name", "holiday_kind", "state_code", "company", "same_date", "active")


def holidays_national_add(*, year: int, by: Any) -> Copied:
    """Enter the three national holidays of a year where they are missing."""
    _allow(by)
    _year_check("year", year)
    advisory_lock("company.holidays")
    taken = set(
        Holiday.objects.filter(date__year=year, deleted_at=None, state_code="", company=None).values_list(
            "date", flat=True
        )
    )
    wanted = [(date(year, month, day), _(name)) for month, day, name in NATIONAL]
    new = [(day, name) for day, name in wanted if day not in taken]
    for day, name in new:
        values = {"date": day, "name": name, "holiday_kind": HolidayKind.NATIONAL, "same_date": True}
        record_save(Holiday(), values=values, by=by)
    return Copied(len(new), len(wanted) - len(new), [])


def _allow(by: Any) -> None:
    if not may(by, "company.add_holiday"):
        raise NotAllowed(_("You may not enter holidays."))


def _year_check(field: str, year: int) -> None:
    if year not in _YEARS:
        raise InvalidInput(_("A year from 2000 to 2099."), field=field, code="out_of_range")


def _identity(row: Holiday) -> tuple[str, str, int | None]:
    return row.name, row.state_code, row.company_id


def _known(year: int) -> set[tuple[str, str, int | None]]:
    return {_identity(row) for row in Holiday.objects.filter(date__year=year, deleted_at=None)}


def _same_day(day: date, year: int) -> date | None:
    """The same date in another year; None for the 29th of February of a common year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return None
