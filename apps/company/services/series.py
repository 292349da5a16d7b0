"""Gapless numbers: a counter row per company, kind and fiscal year, taken as late as possible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from apps.company.models import Company, FiscalYear, NumberSeries
from apps.company.selectors import fiscal_year_of
from apps.core.errors import InvalidInput, Refused
from apps.core.india.doc_numbers import validate_doc_number

_DIGITS = re.compile(r"\{(#+)\}")


@dataclass(frozen=True)
class SeriesDefault:
    """Pattern of a kind of document when the administrator set none; ``gst`` = at most 16 characters."""

    pattern: str
    gst: bool = False


_defaults: dict[str, SeriesDefault] = {}


def register_series(record_kind: str, pattern: str, *, gst: bool = False) -> None:
    """Declare the default pattern of a kind (from the app's ``apps.py`` or lifecycle)."""
    _defaults[record_kind] = SeriesDefault(pattern, gst)


def series_kinds() -> dict[str, SeriesDefault]:
    return dict(_defaults)


def pattern_check(pattern: str, *, gst: bool = False) -> None:
    """Raises InvalidInput when the pattern has no number or can grow past 16 characters (GST rule 46(b))."""
    if len(_DIGITS.findall(pattern)) != 1:
        raise InvalidInput(_("The pattern needs exactly one number such as {####}."), field="pattern")
    if gst:
        try:
            validate_doc_number(number_format(pattern, 1, "26-27", "A"))
        except ValueError as error:
            raise InvalidInput(str(error), field="pattern") from error


def number_format(pattern: str, number: int, year: str, company_code: str) -> str:
    """``INV/{FY}/{####}`` with 7 in 26-27 → ``INV/26-27/0007``."""
    text = pattern.replace("{FY}", year).replace("{CO}", company_code)
    return _DIGITS.sub(lambda match: str(number).zfill(len(match.group(1))), text)


def number_take(*, company: Company, record_kind: str, day: date) -> str:
    """The next number, with the counter row locked until commit. Late in a posting, gapless.

    Raises InvalidInput without a fiscal year, Refused when the number would break the GST rule.
    """
    default = _defaults[record_kind]
    row = _take(company.pk, record_kind, day)
    if row is None:
        series_create(company=company, record_kind=record_kind, year=fiscal_year_of(company.pk, day))
        row = _take(company.pk, record_kind, day)
    pattern, number, start, end = row
    text = number_format(pattern, number, f"{start:%y}-{end:%y}", company.code)
    if default.gst and len(text) > 16:
        raise Refused(_("The number %(n)s is longer than 16 characters.") % {"n": text}, code="series_full")
    return text


def _take(company_id: int, record_kind: str, day: date) -> tuple[str, int, date, date] | None:
    """One statement: find the year, raise the counter, give the number that it had."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE company_numberseries s SET next_number = s.next_number + 1
               FROM company_fiscalyear y
               WHERE s.company_id = %s AND s.record_kind = %s AND s.fiscal_year_id = y.id
                 AND y.company_id = s.company_id AND y.start <= %s AND y.end >= %s
               RETURNING s.pattern, s.next_number - 1, y.start, y.end""",
            [company_id, record_kind, day, day],
        )
        return cursor.fetchone()


def series_create(*, company: Company, record_kind: str, year: FiscalYear) -> NumberSeries:
    """The series of a year, with last year's pattern if there was one; safe under concurrent first use."""
    last = (
        NumberSeries.objects.filter(company=company, record_kind=record_kind)
        .order_by("-fiscal_year__start")
        .first()
    )
    pattern = last.pattern if last else _defaults[record_kind].pattern
    series, _new = NumberSeries.objects.get_or_create(
        company=company, record_kind=record_kind, fiscal_year=year, defaults={"pattern": pattern}
    )
    return series


def number_preview(series: NumberSeries) -> str:
    """What the next document will be called."""
    return number_format(
        series.pattern, series.next_number, series.fiscal_year.short_label, series.company.code
    )
