"""The revisions of an offer as a table for people: names of fields, grouped figures, what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.admin.urls import admin_url
from apps.core.formats import show_number, show_price, show_quantity
from apps.documents.lifecycle import lifecycle_of
from apps.sales.models import Quotation
from apps.sales.selectors import quotation_comparison

_MONEY = ("discount_amount", "charges_total", "taxable_total", "grand_total")


def comparison_table(quotation: Quotation, *, by: Any) -> dict[str, Any]:
    """``{heads, rows}`` of the page: a column for each revision, a row for each figure and line."""
    found = quotation_comparison(quotation, by=by)
    states = lifecycle_of(Quotation)
    heads = [
        {
            **item,
            "state": states.state(item["status"]),
            "url": admin_url(Quotation(pk=item["id"])),
            "here": item["id"] == quotation.pk,
        }
        for item in found["revisions"]
    ]
    rows = [
        {"title": line["description"], "cells": [_line(value) for value in line["values"]], "goods": True}
        for line in found["lines"]
    ]
    rows += [
        {"title": _name(field["name"]), "cells": [_figure(field["name"], v) for v in field["values"]]}
        for field in found["fields"]
        if any(value not in ("", "0.00") for value in field["values"])
    ]
    for row in rows:
        row["cells"] = _marked(row["cells"])
    return {"heads": heads, "rows": rows}


def _marked(cells: list[str]) -> list[dict[str, Any]]:
    """Each cell with whether it differs from the revision before it."""
    before = [cells[0], *cells]
    return [{"text": text, "changed": text != last} for text, last in zip(cells, before, strict=False)]


def _name(field: str) -> str:
    text = str(Quotation._meta.get_field(field).verbose_name)
    return text[:1].upper() + text[1:]


def _figure(name: str, value: str) -> str:
    return show_number(Decimal(value)) if name in _MONEY else value


def _line(value: dict[str, str] | None) -> str:
    """``5 × 1,200.00 − 10 % = 5,400.00``; a dash where the revision doesn't have the line."""
    if value is None:
        return "–"
    text = f"{show_quantity(Decimal(value['quantity']))} × {show_price(Decimal(value['unit_price']))}"
    if Decimal(value["discount_percent"]):
        text += f" − {show_quantity(Decimal(value['discount_percent']))} %"
    text += f" = {show_number(Decimal(value['line_total']))}"
    if value["choice"] != "None":
        return f"{text} ({_('chosen') if value['chosen'] == 'True' else _('alternative')})"
    if value["optional"] == "True":
        return f"{text} ({_('optional, taken') if value['chosen'] == 'True' else _('optional')})"
    return text
