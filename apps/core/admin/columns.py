"""Figures in lists: right-aligned, grouped the Indian way, quantities without idle zeros."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from apps.core.formats import show_money, show_number, show_price, show_quantity


def quantity_column(name: str, label: Any, *, ordering: str | None = None) -> Callable[[Any], str]:
    """A quantity for ``list_display``: ``1,250``, ``12.5``."""
    return _column(name, label, show_quantity, ordering)


def price_column(name: str, label: Any, *, ordering: str | None = None) -> Callable[[Any], str]:
    """The price or cost of one unit for ``list_display``: ``41.50``, ``0.0125``."""
    return _column(name, label, show_price, ordering)


def money_column(name: str, label: Any, *, ordering: str | None = None) -> Callable[[Any], str]:
    """An amount for ``list_display``: ``1,23,456.00``."""
    return _column(name, label, show_number, ordering)


def amount_shown(amount: Any, obj: Any) -> str:
    """An amount of a document: ``1,23,456.00``, in a foreign currency with its symbol; a document without
    currency is in the company's."""
    own = getattr(obj, "currency_id", None) in (None, obj.company.currency_id)
    text = "" if amount is None else show_number(amount)
    if text and not own:
        text = show_money(amount, obj.currency.code)
    return format_html('<span class="bahi-number">{}</span>', text)


def amount_column(name: str, label: Any) -> Any:
    """An amount in the currency of its document, as a method of its admin class."""

    @admin.display(description=label, ordering=name)
    def column(_self: Any, obj: Any) -> str:
        return amount_shown(getattr(obj, name), obj)

    return column


def _column(name: str, label: Any, text: Callable[[Any], str], ordering: str | None) -> Callable[[Any], str]:
    get = attrgetter(name)

    @admin.display(description=label, ordering=ordering)
    def column(obj: Any) -> str:
        value = get(obj)
        return "" if value is None else format_html('<span class="bahi-number">{}</span>', text(value))

    column.__name__ = name.replace(".", "_")
    return column
