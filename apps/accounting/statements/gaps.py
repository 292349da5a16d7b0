"""Are the numbers whole? Of each series what was used, cancelled and is missing, with who deleted it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from apps.accounting.statements.base import period_check, period_text
from apps.company.models import NumberSeries
from apps.company.models.fiscal import year_token
from apps.company.services.series import number_format
from apps.core.access import may
from apps.core.formats import show_moment
from apps.core.scope import kind_of
from apps.datatools.reports import Answer, Check, Column, Record, Row

LISTED = 200


def number_gaps(values: dict[str, Any], user: Any) -> Answer:
    """Series of the company's years that touch the period, of the kinds that the person may see."""
    period_check(values)
    company = values["company"]
    series = NumberSeries.objects.filter(
        company=company, fiscal_year__start__lte=values["to"], fiscal_year__end__gte=values["from"]
    ).select_related("fiscal_year")
    rows: list[Row] = []
    totals = {"used": 0, "cancelled": 0, "missing": 0}
    for item in series.order_by("record_kind", "fiscal_year__start"):
        model = _model(item.record_kind)
        if model is None or not may(user, f"{model._meta.app_label}.view_{model._meta.model_name}"):
            continue
        found = _series_rows(item, model, company.code)
        rows += found
        for name in totals:
            totals[name] += found[0].cells[name]
    return Answer(
        columns=[
            Column("title", _("Series"), weight=1),
            Column("first", _("First")),
            Column("last", _("Last")),
            Column("used", _("Used"), "integer"),
            Column("cancelled", _("Cancelled"), "integer"),
            Column("missing", _("Missing"), "integer"),
            Column("note", _("What happened")),
        ],
        rows=rows,
        totals=totals,
        checks=[Check(_("No number is missing"), totals["missing"])],
        company=company,
        period=period_text(values["from"], values["to"]),
    )


def _model(kind: str) -> type[models.Model] | None:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return None
    names = {field.name for field in model._meta.concrete_fields}
    return model if {"number", "date", "status", "company"} <= names else None


def _series_rows(item: NumberSeries, model: type[models.Model], code: str) -> list[Row]:
    year = item.fiscal_year
    token = year_token(year.start, year.end)
    documents = model._default_manager.filter(
        company_id=item.company_id, date__gte=year.start, date__lte=year.end
    ).exclude(number="")
    known = {number: (pk, status) for pk, number, status in documents.values_list("pk", "number", "status")}
    given = [number_format(item.pattern, n, token, code) for n in range(1, item.last_number + 1)]
    begun = next((index for index, number in enumerate(given) if number in known), len(given))
    missing = [number for number in given[begun:] if number not in known]  # a series may begin later than 1
    cancelled = [number for number, (_pk, status) in known.items() if status == "cancelled"]
    title = str(model._meta.verbose_name_plural)
    cells = {
        "title": f"{title[:1].upper()}{title[1:]} {year.label}",
        "first": given[begun] if begun < len(given) else "",
        "last": given[-1] if given else "",
        "used": len(known),
        "cancelled": len(cancelled),
        "missing": len(missing),
        "note": "",
    }
    return [
        Row(cells, "strong"),
        *_missing_rows(missing[:LISTED], model, year.start, year.end),
        *_cancelled_rows(sorted(cancelled)[:LISTED], known, kind_of(model)),
    ]


def _blank(number: str, note: str) -> dict[str, Any]:
    return {
        "title": number,
        "first": "",
        "last": "",
        "used": None,
        "cancelled": None,
        "missing": None,
        "note": note,
    }


def _missing_rows(numbers: list[str], model: Any, start: date, end: date) -> list[Row]:
    """Who deleted what once had the number, as the history tells."""
    gone = {}
    if numbers and hasattr(model, "history"):
        rows = model.history.filter(number__in=numbers, history_type="-", date__gte=start, date__lte=end)
        for row in rows.select_related("history_user"):
            gone[row.number] = _("deleted %(day)s by %(who)s") % {
                "day": show_moment(row.history_date),
                "who": row.history_user or _("the system"),
            }
    return [Row(_blank(number, gone.get(number, _("missing"))), "normal", 1) for number in numbers]


def _cancelled_rows(numbers: list[str], known: dict[str, tuple[int, str]], kind: str) -> list[Row]:
    return [
        Row(_blank(number, _("cancelled")), "muted", 1, {"title": Record(kind, known[number][0])})
        for number in numbers
    ]
