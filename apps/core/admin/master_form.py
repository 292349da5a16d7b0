"""What every form of a master does: it names doubles in words, and never overwrites unseen.

The page carries the version that it shows. Saved meanwhile by somebody else, the form comes back with both
values of each field that differs; the person takes one or the other and saves again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.core.admin.contributed import initial_values
from apps.core.admin.urls import admin_url
from apps.core.doubles import double_text, in_reach, taken_by
from apps.core.keys import key_read
from apps.core.locks import lock_row

VERSION, TAKE = "_version", "_take_"


@dataclass(frozen=True)
class Difference:
    """A field that the other person left otherwise than this one; ``take`` is what is proposed."""

    name: str
    label: str
    theirs: str
    mine: str
    take: str


def master_form(form_class: Any, request: HttpRequest) -> Any:
    """The form class of a master's admin with what the module says."""

    class MasterForm(form_class):
        data: Any
        bahi_conflict: tuple[Difference, ...] = ()

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.bahi_sent = key_read(self.data.get(VERSION)) if self.is_bound else None
            self.bahi_version = self.bahi_sent or getattr(self.instance, "version", None)
            if self.instance.pk:
                self.initial |= initial_values(self.instance, request.user)
            if self.is_bound and self.instance.pk:
                self._take_theirs()

        def _take_theirs(self) -> None:
            """Where the person took the other one's value, it stands in the form as if entered."""
            names = [name for name in self.fields if self.data.get(f"{TAKE}{name}") == "theirs"]
            if not names:
                return
            self.data = self.data.copy()
            values = model_to_dict(self.instance, fields=names)
            for name in names:
                _enter(self, name, values.get(name))

        def _post_clean(self) -> None:
            super()._post_clean()
            name_doubles(self, request.user)
            if self.instance.pk and self.bahi_sent is not None and hasattr(self.instance, "version"):
                current = lock_row(type(self.instance), self.instance.pk)
                if current.version != self.bahi_sent:
                    self.bahi_conflict = differences(self, current, self.bahi_sent)
                    self.bahi_version = current.version
                    self.add_error(None, _("Somebody else saved this record while you had it open."))

    return MasterForm


def _enter(form: Any, name: str, value: Any) -> None:
    key, item = form.add_prefix(name), form.fields[name]
    widget = getattr(item.widget, "widget", item.widget)
    if isinstance(widget, forms.CheckboxInput):
        form.data.pop(key, None)
        if value:
            form.data[key] = "on"
        return
    shown = widget.format_value(item.prepare_value(value))
    if isinstance(shown, list | tuple):
        form.data.setlist(key, list(shown))
    else:
        form.data[key] = "" if shown is None else shown


def differences(form: Any, current: Any, version: int) -> tuple[Difference, ...]:
    """The fields of the form in which ``current`` differs from what was entered, as people read them."""
    history = getattr(current, "history", None)
    before = history.filter(version=version).order_by("history_date").last() if history is not None else None
    found = []
    for name in form.fields:
        try:
            item = current._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if item.many_to_many or name not in form.cleaned_data:
            continue
        theirs, mine = getattr(current, name), getattr(form.instance, name)
        if theirs == mine:
            continue
        kept = getattr(before, item.attname, None)
        untouched = before is not None and getattr(form.instance, item.attname) == kept
        label, take = str(form.fields[name].label), "theirs" if untouched else "mine"
        found.append(Difference(name, label, _text(item, theirs), _text(item, mine), take))
    return tuple(found)


def _text(item: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if item.is_relation:
        return "–" if value is None else str(value)
    return str(display_for_field(value, item, "–")) or "–"


def name_doubles(form: Any, user: Any) -> None:
    """Errors about values that another record has: by the field, and with the way to a record in the bin."""
    errors = form._errors
    if not errors:
        return
    for twin in taken_by(form.instance):
        field = twin.fields[0] if twin.fields[0] in form.fields else NON_FIELD_ERRORS
        same = [
            (key, error)
            for key in (*twin.fields, NON_FIELD_ERRORS)
            for error in getattr(errors.get(key), "data", ())
            if error.code in ("unique", "unique_together") or twin.message in error.messages
        ]
        if not same:
            continue
        for key, error in same:
            errors[key].data.remove(error)
            if not errors[key].data:
                del errors[key]
        text = double_text(form.instance, twin, user)
        if twin.in_bin and in_reach(twin.record, user):
            text = format_html(
                '{} <a class="bahi-link" href="{}">{}</a>', text, admin_url(twin.record), _("Open it")
            )
        form.add_error(
            None if field == NON_FIELD_ERRORS else field, forms.ValidationError(text, code="unique")
        )
