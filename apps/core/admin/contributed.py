"""Fields of higher apps (``core.contribute``) in the back office: columns, fields and facts.

A list asks for them once a page, not row by row; what the person may not see isn't there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.text import capfirst
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.admin.widgets import MoneyInput
from apps.core.contribute import Contribution, contributions_to, resolve_contributions
from apps.core.formats import show_date, show_number, show_price, show_quantity
from apps.core.registry import has_bin

FIGURES: dict[str, Callable[[Any], str]] = {
    "money": show_number,
    "quantity": show_quantity,
    "rate": partial(show_price, most=4),
}
LISTED = ("money", "quantity", "rate", "text", "integer", "date", "key")


def listed(model: type[models.Model], user: Any) -> dict[str, Contribution]:
    """Contributed fields that a list may show."""
    return {name: item for name, item in contributions_to(model, user).items() if item.kind in LISTED}


def column_label(name: str, item: Contribution) -> str:
    return str(item.label or name.replace("_", " "))


def column(name: str, item: Contribution) -> Callable[[Any], Any]:
    """A list's column of a contributed field; the values were put on the rows by ``values_put``."""

    @admin.display(description=column_label(name, item))
    def shown(row: Any) -> Any:
        return value_text(item, getattr(row, "bahi_contributed", {}).get(name))

    shown.__name__ = name
    return shown


def value_text(item: Contribution, value: Any) -> Any:
    if item.kind in FIGURES:
        text = FIGURES[item.kind](value) if value is not None else ""
        return format_html('<span class="bahi-number">{}</span>', text)
    if hasattr(value, "strftime"):
        return show_date(value)
    return "" if value is None else str(value)


def values_put(model: type[models.Model], rows: Iterable[Any], names: Iterable[str], user: Any) -> None:
    """Put the values on the rows: one query a field, one more for the names behind keys."""
    kept = list(rows)
    found = resolve_contributions(model, [row.pk for row in kept], names, user)
    fields = contributions_to(model, user)
    for name, values in found.items():
        related = fields[name].model
        if fields[name].kind == "key" and related is not None:
            keys = {getattr(value, "pk", value) for value in values.values()} - {None}
            texts = {row.pk: str(row) for row in related._base_manager.filter(pk__in=keys)} if keys else {}
            found[name] = {pk: texts.get(getattr(value, "pk", value)) for pk, value in values.items()}
    for row in kept:
        row.bahi_contributed = {name: values.get(row.pk) for name, values in found.items()}


def facts(record: models.Model, user: Any) -> list[tuple[str, Any]]:
    """[(label, text)] of what higher apps tell of a record and nobody enters here."""
    model = type(record)
    fields = {name: item for name, item in listed(model, user).items() if item.write is None}
    values_put(model, [record], fields, user)
    known = record.bahi_contributed  # type: ignore[attr-defined]  # put there a line above
    return [
        (capfirst(column_label(name, item)), value_text(item, known.get(name)))
        for name, item in fields.items()
        if known.get(name) is not None
    ]


# --- fields of the form -----------------------------------------------------------------------------------


def writable(model: type[models.Model], user: Any) -> dict[str, Contribution]:
    """Contributed fields that this person may enter, of a kind that a form can draw."""
    fields = contributions_to(model, user)
    return {name: item for name, item in fields.items() if item.write is not None and item.kind in _FIELDS}


def form_fields(model: type[models.Model], user: Any) -> dict[str, forms.Field]:
    found = {}
    for name, item in writable(model, user).items():
        field = _FIELDS[item.kind](item, user)
        field.label = capfirst(column_label(name, item))
        found[name] = field
    return found


def initial_values(record: models.Model, user: Any) -> dict[str, Any]:
    """What stands in the fields of ``form_fields`` now."""
    found = resolve_contributions(type(record), [record.pk], writable(type(record), user), user)
    return {name: values.get(record.pk) for name, values in found.items()}


def values_write(record: models.Model, form: Any, user: Any) -> None:
    """Hand what was changed to the apps whose fields they are."""
    for name, item in writable(type(record), user).items():
        if name in form.changed_data and item.write is not None:
            item.write(record, form.cleaned_data[name], user)


def _key(item: Contribution, user: Any) -> forms.Field:
    rows = item.model._default_manager.for_user(user)  # type: ignore[union-attr]  # a key names its model
    if has_bin(item.model):
        rows = rows.filter(deleted_at=None)
    return forms.ModelChoiceField(rows, required=False, widget=UnfoldAdminSelectWidget)


def _plain(field: type[forms.Field], widget: Any, **more: Any) -> Callable[[Contribution, Any], forms.Field]:
    return lambda _item, _user: field(required=False, widget=widget(), **more)


_FIELDS: dict[str, Callable[[Contribution, Any], forms.Field]] = {
    "key": _key,
    "text": _plain(forms.CharField, UnfoldAdminTextInputWidget, max_length=200),
    "integer": _plain(forms.IntegerField, UnfoldAdminTextInputWidget),
    "date": _plain(forms.DateField, UnfoldAdminDateWidget),
    "money": _plain(MoneyInput, UnfoldAdminTextInputWidget, max_digits=18, decimal_places=2),
    "quantity": _plain(forms.DecimalField, UnfoldAdminTextInputWidget, max_digits=20, decimal_places=6),
}
