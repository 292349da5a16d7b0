"""Gapless numbers: a counter row per company, kind and fiscal year, taken as late as possible."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.company.models import Company, FiscalYear, NumberSeries
from apps.company.models.fiscal import year_token
from apps.company.selectors import fiscal_year_of
from apps.core.database.prepared import prepared_rows
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.india.doc_numbers import validate_doc_number
from apps.core.locks import lock_row
from apps.core.validation import clean_instance

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


def pattern_check(pattern: str, *, gst: bool = False, year: str = "26-27", company_code: str = "A") -> None:
    """Raises InvalidInput when the pattern has no number, an unknown part, or breaks GST rule 46(b)."""
    if len(_DIGITS.findall(pattern)) != 1:
        raise InvalidInput(_("The pattern needs exactly one number such as {####}."), field="pattern")
    sample = number_format(pattern, 1, year, company_code)
    if "{" in sample or "}" in sample:
        raise InvalidInput(_("Only {FY}, {CO} and {####} may stand in braces."), field="pattern")
    if not sample.isprintable() or sample != sample.strip() or len(sample) > 32:
        raise InvalidInput(_("At most 32 characters, without spaces at its ends."), field="pattern")
    if gst:
        try:
            validate_doc_number(sample)
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
    return numbers_take(company=company, record_kind=record_kind, day=day, count=1)[0]


def numbers_take(*, company: Company, record_kind: str, day: date, count: int) -> list[str]:
    """The next ``count`` numbers of the fiscal year of ``day``, in one statement. See ``number_take``."""
    default = _defaults[record_kind]
    row = _take(company.pk, record_kind, day, count)
    if row is None:
        series_create(company=company, record_kind=record_kind, year=fiscal_year_of(company.pk, day))
        row = _take(company.pk, record_kind, day, count)
    pattern, first, start, end = row
    year = year_token(start, end)
    texts = [number_format(pattern, first + offset, year, company.code) for offset in range(count)]
    if default.gst and len(texts[-1]) > 16:
        raise Refused(
            _("The number %(n)s is longer than 16 characters.") % {"n": texts[-1]}, code="series_full"
        )
    return texts


def _take(company_id: int, record_kind: str, day: date, count: int) -> tuple[str, int, date, date] | None:
    """One statement: find the year, raise the counter, give the first of the numbers taken."""
    rows = prepared_rows(
        """UPDATE company_numberseries s
           SET next_number = s.next_number + %s, last_number = s.next_number + %s - 1
           FROM company_fiscalyear y
           WHERE s.company_id = %s AND s.record_kind = %s AND s.fiscal_year_id = y.id
             AND y.company_id = s.company_id AND y.start <= %s AND y.end >= %s
           RETURNING s.pattern, s.next_number - %s, y.start, y.end""",
        [count, count, company_id, record_kind, day, day, count],
    )
    return rows[0] if rows else None


def numbers_given(series: NumberSeries) -> list[str]:
    """Every number that the series gave, each as it was written when it was given.

    The history tells: where the series began, what it passed over, and each pattern from the number on from
    which it held.
    """
    stages = list(
        series.history.order_by("history_id").values_list("pattern", "next_number", "last_number")
    ) or [(series.pattern, 1, 0)]
    ends = [last for _pattern, _next, last in stages[1:]] + [series.last_number]
    year, code = series.fiscal_year.short_label, series.company.code
    return [
        number_format(pattern, number, year, code)
        for (pattern, first, _last), end in zip(stages, ends, strict=True)
        for number in range(first, end + 1)
    ]


def series_create(*, company: Company, record_kind: str, year: FiscalYear) -> NumberSeries:
    """The series of a year, with last year's pattern if there was one; safe under concurrent first use."""
    series, _new = NumberSeries.objects.get_or_create(
        company=company, record_kind=record_kind, fiscal_year=year, defaults=_start(company, record_kind)
    )
    return series


def _start(company: Company, record_kind: str) -> dict[str, Any]:
    """What a new series begins with: last year's pattern if there was one."""
    last = (
        NumberSeries.objects.filter(company=company, record_kind=record_kind)
        .order_by("-fiscal_year__start")
        .first()
    )
    values: dict[str, Any] = {"pattern": last.pattern if last else _defaults[record_kind].pattern}
    if last:
        values["gapless"] = last.gapless
        if "{FY}" not in last.pattern:  # a number without the year goes on, else it would come twice
            values["next_number"] = last.next_number
    return values


def series_planned(company: Company, record_kind: str, year: FiscalYear) -> NumberSeries:
    """The series that the first document of the year will get; not saved."""
    return NumberSeries(
        company=company, record_kind=record_kind, fiscal_year=year, **_start(company, record_kind)
    )


def series_try(series: NumberSeries, *, values: dict[str, Any], count: int = 3) -> list[str]:
    """The next numbers that the series would give with other values. Saves nothing; raises as saving does."""
    trial = copy(series)
    _series_check(trial, values)
    year, code = trial.fiscal_year.short_label, trial.company.code
    return [number_format(trial.pattern, trial.next_number + step, year, code) for step in range(count)]


def series_save(series: NumberSeries, *, values: dict[str, Any], by: Any = None) -> NumberSeries:
    """Create or change a series. What was numbered stays; a change bears on what comes.

    Raises InvalidInput (unknown kind, bad or twice-used pattern, number already given, a gap), Refused
    (moving a used series to another company, kind or year).
    """
    if series.pk:
        series = lock_row(NumberSeries, series.pk)
        _stays_where_it_is(series, values)
    _series_check(series, values)
    series.save()
    return series


def _series_check(series: NumberSeries, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(series, name, value)
    errors = ErrorList()
    if series.record_kind not in _defaults:
        errors.add("kind", _("Documents of this kind have no numbers: %(k)s.") % {"k": series.record_kind})
    if series.company_id and series.fiscal_year.company_id != series.company_id:
        errors.add("fiscal_year", _("This fiscal year belongs to another company."))
    errors.raise_if_any()
    _next_check(series)
    pattern_check(
        series.pattern,
        gst=_defaults[series.record_kind].gst,
        year=series.fiscal_year.short_label,
        company_code=series.company.code,
    )
    _pattern_once(series)
    clean_instance(series)


def _stays_where_it_is(series: NumberSeries, values: dict[str, Any]) -> None:
    for name in ("company", "record_kind", "fiscal_year"):
        if name in values and values[name] != getattr(series, name) and series.last_number:
            raise Refused(_("Numbers were given in this series: it can't move."), code="in_use", field=name)


def _next_check(series: NumberSeries) -> None:
    if series.next_number <= series.last_number:
        raise InvalidInput(
            _("%(n)d was given already. The next number is %(m)d or higher.")
            % {"n": series.last_number, "m": series.last_number + 1},
            field="next",
            code="number_used",
        )
    if series.gapless and series.last_number and series.next_number != series.last_number + 1:
        raise InvalidInput(
            _("The series is checked for gaps: the next number is %(n)d.") % {"n": series.last_number + 1},
            field="next",
            code="gap",
        )


def _pattern_once(series: NumberSeries) -> None:
    """Two kinds with one pattern would give one number twice."""
    others = NumberSeries.objects.filter(
        company_id=series.company_id, fiscal_year_id=series.fiscal_year_id, pattern=series.pattern
    ).exclude(pk=series.pk)
    if others.exists():
        raise InvalidInput(
            _("Another series of this year has the same pattern."), field="pattern", code="duplicate"
        )


def series_delete(series: NumberSeries, *, by: Any = None) -> None:
    """Remove a series that gave no number yet. Raises Refused."""
    row = lock_row(NumberSeries, series.pk)
    if row.last_number:
        raise Refused(_("Numbers were given in this series."), code="in_use")
    row.delete()


def number_preview(series: NumberSeries) -> str:
    """What the next document will be called."""
    return number_format(
        series.pattern, series.next_number, series.fiscal_year.short_label, series.company.code
    )
