"""Financial years, quarters and return periods.

Source: section 2(41) of the Companies Act 2013 wants years ending on 31 March (a company with a foreign
parent may be allowed another end, hence ``start_month``); GST return period ``MMYYYY``; from 1 Apr 2026 the
Income-tax Act 2025 speaks of a "tax year" where the Act of 1961 had the assessment year after the previous
year.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

APRIL = 4
TAX_YEAR_SINCE = date(2026, 4, 1)
_LABEL = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_PERIOD = re.compile(r"(0[1-9]|1[0-2])(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A financial year by its first and last day."""

    start: date
    end: date

    @property
    def label(self) -> str:
        """``2026-27``; a year that is a calendar year is ``2026``."""
        if self.start.year == self.end.year:
            return f"{self.start.year:04d}"
        return f"{self.start.year:04d}-{self.end.year % 100:02d}"

    @property
    def short(self) -> str:
        """``26-27``, for document numbers; a calendar year is ``26``."""
        return self.label[2:]

    @property
    def income_tax_label(self) -> str:
        """``AY 2026-27`` for years before 1 Apr 2026, ``tax year 2026-27`` from then on."""
        if self.start >= TAX_YEAR_SINCE:
            return f"tax year {self.label}"
        return f"AY {FiscalYear(_years_on(self.start, 1), _years_on(self.end, 1)).label}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def fiscal_year(day: date, start_month: int = APRIL) -> FiscalYear:
    """The financial year that ``day`` falls in, with years that begin in ``start_month`` (1 to 12)."""
    first = day.year if day.month >= start_month else day.year - 1
    return _starting(first, start_month)


def fiscal_year_from_label(label: str, start_month: int = APRIL) -> FiscalYear:
    """``2026-27`` (or ``2026``) as a year; ``ValueError`` if the two parts don't follow each other."""
    match = _LABEL.fullmatch(label.strip())
    if match is None:
        raise ValueError(f"“{label}” is not a financial year such as 2026-27.")
    year = _starting(int(match[1]), start_month)
    if match[2] is not None and match[2] != f"{(int(match[1]) + 1) % 100:02d}":
        raise ValueError(f"“{label}” is not a financial year such as 2026-27.")
    return year


def fy_label(day: date, start_month: int = APRIL) -> str:
    """``2026-27``."""
    return fiscal_year(day, start_month).label


def fy_short(day: date, start_month: int = APRIL) -> str:
    """``26-27``."""
    return fiscal_year(day, start_month).short


def quarter(day: date, start_month: int = APRIL) -> int:
    """1 to 4; quarter 1 begins with the financial year (April to June)."""
    return (day.month - start_month) % 12 // 3 + 1


def quarter_dates(day: date, start_month: int = APRIL) -> tuple[date, date]:
    """First and last day of the quarter that ``day`` falls in."""
    first_month = (day.month - start_month) % 12 // 3 * 3 + start_month
    start = fiscal_year(day, start_month).start
    first = date(start.year + (first_month - 1) // 12, (first_month - 1) % 12 + 1, 1)
    last_month = first.month + 2
    return first, month_end(date(first.year + (last_month - 1) // 12, (last_month - 1) % 12 + 1, 1))


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def return_period(day: date) -> str:
    """GST return period ``MMYYYY``, e.g. ``042026``."""
    return f"{day.month:02d}{day.year:04d}"


def return_period_dates(period: str) -> tuple[date, date]:
    """First and last day of a period ``MMYYYY``; ``ValueError`` for anything else."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"“{period}” is not a return period such as 042026.")
    first = date(int(match[2]), int(match[1]), 1)
    return first, month_end(first)


def fiscal_months(year: FiscalYear) -> list[tuple[date, date]]:
    """First and last days of the twelve months of a year, for opening its periods."""
    months = []
    first = year.start
    while first <= year.end:
        last = month_end(first)
        months.append((first, last))
        first = last + timedelta(days=1)
    return months


def _starting(year: int, month: int) -> FiscalYear:
    start = date(year, month, 1)
    return FiscalYear(start, _years_on(start, 1) - timedelta(days=1))


def _years_on(day: date, years: int) -> date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))
