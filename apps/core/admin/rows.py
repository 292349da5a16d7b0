"""Rows of a list, as the theme draws them: what is the same in each cell of a column is worked out once.

The theme asks for every single cell what kind of column it stands in, escapes its label again, looks the
record's address up and runs the box for choosing it through three templates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_list import _coerce_field_name
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, checkbox
from unfold.templatetags import unfold_list
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)

Write = Callable[[Any], str]
Text = Callable[[Any], tuple[Any, bool]]  # of a record: what is shown, and whether it stays on one line
FEW_VALUES = (models.BooleanField, models.DateField, models.TimeField)  # of which a page repeats most
_ROW = (
    '<tbody class="block relative lg:table-row-group {}">'
    '<tr class="data-row block border border-base-200 mb-3 relative rounded-default lg:table-row '
    'lg:border-none lg:mb-0 lg:rounded-none dark:border-base-800">{}</tr></tbody>'
)
_STRIPES = ("", "bg-base-50 dark:bg-white/[.02]")
_SAMPLE = 999_999_999_999_999_999  # stands where a key comes


def rows_of(changelist: Any) -> SafeString:
    """The bodies of the list's table, one for each record on the page."""
    cells = list(_cells(changelist))
    rows = (
        _ROW.format(_STRIPES[number % 2], "".join([cell(record) for cell in cells]))
        for number, record in enumerate(changelist.result_list)
    )
    return mark_safe("".join(rows))  # noqa: S308 - each cell has escaped what it shows


@lru_cache(maxsize=32)
def _checkbox(_language: str | None) -> tuple[str, str]:
    """What stands before and after the key in the box by which a row is chosen for an action."""
    before, _sample, after = checkbox.render(ACTION_CHECKBOX_NAME, str(_SAMPLE)).partition(str(_SAMPLE))
    return before, after


def _cells(changelist: Any) -> Iterator[Write]:
    """What writes the cell of a record, for each column."""
    headers = list(unfold_list.result_headers(changelist))
    links, linked = changelist.list_display_links, False
    for index, name in enumerate(changelist.list_display):
        field = _field(changelist.model, name)
        text = _called(changelist, name) if field is None else _kept(changelist, field)
        classes = [f"field-{_coerce_field_name(name, index)}", *unfold_list.ROW_CLASSES]
        if name == "action_checkbox":
            classes = list(unfold_list.CHECKBOX_CLASSES)
        if isinstance(field, models.DateField | models.TimeField | models.ForeignKey):
            classes.append("nowrap")
        tag, label = "td", headers[index]["text"] if index else _("Select record")
        if links is not None and (name in links or not (links or linked)):
            tag, label, text = "td" if linked else "th", headers[index]["text"], _link(changelist, text)
            linked = True
        yield _cell(tag, classes, label, text)


def _cell(tag: str, classes: list[str], label: Any, text: Text) -> Write:
    """A cell that shows ``text``; a day or time stays on one line."""
    shown = conditional_escape(label)
    usual = f'<{tag} class="{" ".join(classes)}" data-label="{shown}">'
    whole = f'<{tag} class="{" ".join([*classes, "nowrap"])}" data-label="{shown}">'

    def write(record: Any) -> str:
        value, one_line = text(record)
        return f"{whole if one_line else usual}{conditional_escape(value)}</{tag}>"

    return write


def _field(model: Any, name: Any) -> Any:
    """The field that a column shows as it is kept; None for all that is called or looked up."""
    try:
        field = model._meta.get_field(name) if isinstance(name, str) else None
    except FieldDoesNotExist:
        return None
    kept = field is not None and field.concrete and not field.auto_created and not field.many_to_many
    return field if kept and name == field.name else None


def _kept(changelist: Any, field: Any) -> Text:
    """A field's value as text; of a key the name of the record behind it."""
    empty, get = changelist.model_admin.get_empty_value_display(), attrgetter(field.name)
    if isinstance(field, models.ForeignKey):
        return _safely(lambda record: (empty if (found := get(record)) is None else found, False), empty)
    if not isinstance(field, FEW_VALUES) and not (field.flatchoices and isinstance(field, models.CharField)):
        return lambda record: (display_for_field(get(record), field, empty), False)
    known: dict[Any, Any] = {}

    def text(record: Any) -> tuple[Any, bool]:
        value = get(record)
        if value not in known:
            known[value] = conditional_escape(display_for_field(value, field, empty))
        return known[value], False

    return text


def _called(changelist: Any, name: Any) -> Text:
    """What a function, a method of the admin class or of the record answers."""
    model_admin = changelist.model_admin
    empty = model_admin.get_empty_value_display()
    own = name if callable(name) else None if name == "__str__" else getattr(model_admin, name, None)
    if getattr(own, "__func__", None) is ModelAdmin.action_checkbox:
        before, after = _checkbox(get_language())
        return lambda record: (mark_safe(f"{before}{escape(str(record.pk))}{after}"), False)  # noqa: S308 - escaped beside it

    def text(record: Any) -> tuple[Any, bool]:
        if own is not None:
            attribute, value = own, own(record)
        else:
            _no_field, attribute, value = lookup_field(name, record, model_admin)
        return _shown(record, name, attribute, value, empty), isinstance(value, dt.date | dt.time)

    return _safely(text, empty)


def _shown(record: Any, name: Any, attribute: Any, value: Any, empty: Any) -> Any:
    """A value as the theme shows it: as a label, list to open, heading or plain."""
    empty = getattr(attribute, "empty_value_display", empty)
    label = getattr(attribute, "label", False)
    if label:
        return display_for_label(value, empty, label)
    if getattr(attribute, "dropdown", False):
        return display_for_dropdown(record, name, value, empty)
    if getattr(attribute, "header", False):
        return display_for_header(value, empty)
    return display_for_value(value, empty, getattr(attribute, "boolean", False))


def _safely(text: Text, empty: Any) -> Text:
    """With the sign for nothing where the record behind a key is gone."""

    def found(record: Any) -> tuple[Any, bool]:
        try:
            return text(record)
        except ObjectDoesNotExist:
            return empty, False

    return found


def _link(changelist: Any, text: Text) -> Text:
    """``text`` as the way to the record's page, which keeps the filters of the list."""
    address, classes = _addresses(changelist), " ".join(unfold_list.LINK_CLASSES)
    names = str(changelist.to_field or changelist.lookup_opts.pk.attname)

    def linked(record: Any) -> tuple[Any, bool]:
        value, one_line = text(record)
        url = address(record)
        if url is None:
            return value, one_line
        opens = ""
        if changelist.is_popup:
            opens = format_html(' data-popup-opener="{}"', record.serializable_value(names))
        return format_html('<a href="{}" class="{}" {}>{}</a>', url, classes, opens, value), one_line

    return linked


def _addresses(changelist: Any) -> Callable[[Any], str | None]:
    """The address of each record's page; it is looked up once, where keys are numbers."""
    kept = {"preserved_filters": changelist.preserved_filters, "opts": changelist.opts}

    def looked_up(record: Any) -> str | None:
        try:
            return add_preserved_filters(kept, changelist.url_for_result(record))
        except NoReverseMatch:
            return None

    number = isinstance(changelist.lookup_opts.pk, models.IntegerField)
    if not number or type(changelist).url_for_result is not ChangeList.url_for_result:
        return looked_up
    sample = changelist.model(**{changelist.pk_attname: _SAMPLE})
    before, found, after = (looked_up(sample) or "").partition(str(_SAMPLE))
    if not found:
        return looked_up
    return lambda record: f"{before}{getattr(record, changelist.pk_attname)}{after}"
