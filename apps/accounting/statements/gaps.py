"""Are the numbers whole? Of each series what was used, cancelled and is missing, with who deleted it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.accounting.statements.base import period_text
from apps.company.models import NumberSeries
from apps.company.services.series import numbers_given
from apps.core.access import may
from apps.core.formats import show_moment
from apps.core.scope import kind_of
from apps.datatools.reports import Answer, Check, Column, Record, Row

LISTED = 200


def number_gaps(values: dict[str, Any], user: Any) -> Answer:
    """Series of the company's years that touch the period, of the kinds that the person may see."""
    company = values["company"]
    found = NumberSeries.objects.filter(
        company=company, fiscal_year__start__lte=values["to"], fiscal_year__end__gte=values["from"]
    ).select_related("fiscal_year", "company")
    series = list(found.order_by("record_kind", "fiscal_year__start"))
    rows: list[Row] = []
    totals = {"used": 0, "cancelled": 0, "missing": 0}
    first, last, proved = values["from"], values["to"], not series
    for item in series:
        first, last = min(first, item.fiscal_year.start), max(last, item.fiscal_year.end)
        model = _model(item.record_kind)
        if model is None or not may(user, f"{model._meta.app_label}.view_{model._meta.model_name}"):
            continue
        own = _series_rows(item, model)
        rows += own
        proved = proved or item.gapless
        for name in totals:
            totals[name] += own[0].cells[name] or 0
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
        checks=[Check(_("No number is missing"), totals["missing"])] if proved else [],
        company=company,
        period=period_text(first, last),
    )


def _model(kind: str) -> type[models.Model] | None:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return None
    names = {field.name for field in model._meta.concrete_fields}
    return model if {"number", "date", "status", "company"} <= names else None


def _series_rows(item: NumberSeries, model: type[models.Model]) -> list[Row]:
    year = item.fiscal_year
    documents = model._default_manager.filter(
        company_id=item.company_id, date__gte=year.start, date__lte=year.end
    ).exclude(number="")
    known = {number: (pk, status) for pk, number, status in documents.values_list("pk", "number", "status")}
    given = numbers_given(item)
    missing = [number for number in given if number not in known] if item.gapless else []
    cancelled = [number for number, (_pk, status) in known.items() if status == "cancelled"]
    cells = {
        "title": f"{capfirst(model._meta.verbose_name_plural)} {year.label}",
        "first": given[0] if given else "",
        "last": given[-1] if given else "",
        "used": len(known),
        "cancelled": len(cancelled),
        "missing": len(missing) if item.gapless else None,
        "note": "" if item.gapless else _unchecked(),
    }
    return [
        Row(cells, "strong"),
        *_missing_rows(missing[:LISTED], model, year.start, year.end),
        *_cancelled_rows(sorted(cancelled)[:LISTED], known, kind_of(model)),
    ]


def _unchecked() -> str:
    """What the administrator chose for the series, in the words of its page."""
    field: models.Field[Any, Any] = NumberSeries._meta.get_field("gapless")
    return f"{capfirst(field.verbose_name)}: {_('no')}"


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
        for row in rows:
            gone[row.number] = _("deleted %(day)s by %(who)s") % {
                "day": show_moment(row.history_date),
                "who": row.actor_label or row.actor_kind,
            }
    return [Row(_blank(number, gone.get(number, _("missing"))), "normal", 1) for number in numbers]


def _cancelled_rows(numbers: list[str], known: dict[str, tuple[int, str]], kind: str) -> list[Row]:
    return [
        Row(_blank(number, _("cancelled")), "muted", 1, {"title": Record(kind, known[number][0])})
        for number in numbers
    ]
