"""Cells of a section for people (Indian formats) and for the API (raw)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.core.formats import show_date, show_money, show_quantity
from apps.core.scope import kind_of
from apps.customer_portal.registry import Cell, Section
from apps.customer_portal.selectors import Visit
from apps.documents.models import Comment, TimelineEntry


def currency_of(record: Any) -> str:
    currency = getattr(record, "currency", None)
    return currency.code if currency is not None else "INR"


def shown(cell: Cell, record: Any, currency: str) -> str:
    """As people read it; empty for nothing."""
    value = cell.value(record)
    if value is None or value == "":
        return ""
    if cell.kind == "money":
        return show_money(value, currency)
    if cell.kind == "day":
        return show_date(value)
    if cell.kind in ("quantity", "number"):
        return show_quantity(Decimal(value))
    if cell.kind == "percent":
        return f"{show_quantity(value)} %"
    return str(value)


def raw(cell: Cell, record: Any) -> Any:
    """As the API gives it: decimals as text, days as ISO."""
    value = cell.value(record)
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, int | bool) or value is None else str(value)


def row_shown(section: Section, record: Any) -> dict[str, Any]:
    """One row of a list page."""
    code = currency_of(record)
    return {
        "pk": record.pk,
        "title": str(record),
        "state": section.state(record),
        "cells": [(cell, shown(cell, record, code)) for cell in section.columns],
    }


def row_raw(section: Section, record: Any) -> dict[str, Any]:
    """One row of the API's list."""
    state = section.state(record)
    return {
        "id": record.pk,
        "number": str(record),
        **{cell.name: raw(cell, record) for cell in section.columns},
        "currency": currency_of(record),
        "status": state.value,
        "status_label": str(state.label),
    }


def record_raw(visit: Visit, section: Section, record: Any, acts: list[Any]) -> dict[str, Any]:
    """A whole document for the API."""
    lines = section.lines(record) if section.lines else []
    return {
        **row_raw(section, record),
        **{cell.name: raw(cell, record) for cell in section.facts},
        "lines": [{cell.name: raw(cell, line) for cell in section.line_cells} for line in lines],
        "totals": [
            {"label": str(label), "amount": format(amount, "f")}
            for label, amount in (section.sums(record) if section.sums else [])
        ],
        "texts": [
            {"title": str(title), "text": text}
            for title, text in (section.texts(record) if section.texts else [])
        ],
        "steps": [
            {"label": str(label), "detail": detail, "done": done}
            for label, detail, done in (section.steps(record) if section.steps else [])
        ],
        "related": [
            {"section": key, "id": other.pk, "number": str(other)}
            for key, other in related(visit, section, record)
        ],
        "acts": [act.name for act in acts],
    }


def related(visit: Visit, section: Section, record: Any) -> list[tuple[str, Any]]:
    """Documents that hang together with this one, of the sections that are open."""
    if section.related is None:
        return []
    keys = {item.key for item in visit.sections}
    return [(key, other) for key, other in section.related(record, visit.member.user) if key in keys]


def story(section: Section, record: Any) -> list[dict[str, Any]]:
    """What both sides know of a document, oldest first: its published steps and public comments."""
    kind = kind_of(record)
    entries = TimelineEntry.objects.filter(
        target_kind=kind, target_id=record.pk, verb__in=(*section.trail, "customer_comment")
    ).order_by("id")
    told = [
        {
            "at": entry.at,
            "who": entry.data.get("name") or record.company.trade_name,
            "text": entry.text,
            "comment": None,
        }
        for entry in entries
    ]
    comments = (
        Comment.objects.select_related("author")
        .filter(target_kind=kind, target_id=record.pk, public=True, removed_at=None)
        .order_by("id")
    )
    said = [
        {
            "at": row.created_at,
            "who": row.author.name if row.author.is_portal else record.company.trade_name,
            "text": row.text,
            "comment": row.pk,
        }
        for row in comments
    ]
    return sorted([*told, *said], key=lambda item: item["at"])
