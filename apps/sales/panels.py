"""What sales knows of a party, on its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from apps.core.admin.panels import Content, Panel, counted, latest, register_panel
from apps.parties.models import Party
from apps.sales.models import Delivery, Order, Quotation
from apps.sales.portal import WAITING


def open_of(request: HttpRequest, party: Party) -> Content | None:
    lines = [
        counted(request, str(title), model, party, narrow=narrow, query=query, tone=tone)
        for title, model, narrow, query, tone in WAITING
    ]
    found = [line for line in lines if line is not None]
    return Content(found) if found else None


def newest_of(request: HttpRequest, party: Party) -> Content | None:
    found: list[Any] = []
    for model in (Quotation, Order, Delivery):
        found += latest(request, model, party, most=3)
    items = [item for _day, item in sorted(found, key=lambda pair: pair[0], reverse=True)[:5]]
    return Content(items) if items else None


register_panel(Party, Panel("sales", gettext_lazy("Quotations and orders"), open_of, "", 30, "sales"))
register_panel(Party, Panel("sales_newest", gettext_lazy("Last in sales"), newest_of, "", 50, "sales"))
