"""Filters joined by and, or, not: ``where={"any": [{"gstin__empty": true}, {"currency": 2}]}``.

Each pair of an object is a filter as a parameter of the list would say it (``name__lookup``: value), and all
pairs of an object must hold. ``all`` and ``any`` hold a list of objects, ``not`` holds one; they may stand
beside filters and within each other.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.api.filtering import WHERE, filter_condition
from apps.core.errors import InvalidInput

MOST, DEEPEST = 60, 6
JOINED = {"all": Q.AND, "any": Q.OR}
NOT_ASKED = (models.JSONField, models.BinaryField)


def condition_paths(view: Any) -> dict[str, str]:
    """What ``where`` may ask for in the list of an API resource: its filters, and every plain field that it
    shows besides; names to model paths."""
    columns = {f.name for f in view.model._meta.concrete_fields if not isinstance(f, NOT_ASKED)}
    shown = {name: view.rename.get(name, name) for name in ("id", *view.fields)}
    return {**{name: path for name, path in shown.items() if path in columns}, **view.filters}


def where_condition(model: type[models.Model], text: str, allowed: dict[str, str], user: Any) -> Q:
    """The rows that ``where`` leaves; all of them for an empty text. ``allowed`` maps names to model paths.
    Raises InvalidInput (``where``, or ``where.<filter>``)."""
    if not text:
        return Q()
    tree = _Tree(model, allowed, user)
    return tree.condition(where_read(text))


def where_read(text: str) -> dict[str, Any]:
    """The object that the text is. Raises InvalidInput (``where``)."""
    try:
        found = json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _wrong(_("This is not valid JSON.")) from error
    if not isinstance(found, dict):
        raise _wrong(_("Send an object of filters."))
    return found


def _wrong(text: str, name: str = WHERE) -> InvalidInput:
    return InvalidInput(text, field=name)


class _Tree:
    def __init__(self, model: type[models.Model], allowed: dict[str, str], user: Any) -> None:
        self.model, self.allowed, self.user = model, allowed, user
        self.count = 0

    def condition(self, node: Any, depth: int = 1) -> Q:
        if not isinstance(node, dict):
            raise _wrong(_("Send an object of filters."))
        if depth > DEEPEST:
            raise _wrong(_("Conditions lie at most %(n)d deep in each other.") % {"n": DEEPEST})
        found = Q()
        for name, value in node.items():
            if name in JOINED:
                found &= self._joined(name, value, depth)
            elif name == "not":
                found &= ~self.condition(value, depth + 1)
            else:
                found &= self._filter(name, value)
        return found

    def _joined(self, name: str, nodes: Any, depth: int) -> Q:
        if not isinstance(nodes, list) or not nodes:
            raise _wrong(_("“%(name)s” needs a list of conditions.") % {"name": name})
        parts = [self.condition(node, depth + 1) for node in nodes]
        if name == "any" and not all(parts):
            return Q()  # one that asks for nothing leaves every row
        return Q(*parts, _connector=JOINED[name])

    def _filter(self, name: str, value: Any) -> Q:
        self.count += 1
        if self.count > MOST:
            raise _wrong(_("At most %(n)d conditions.") % {"n": MOST})
        try:
            return filter_condition(self.model, name, _text(name, value), self.allowed, self.user)
        except InvalidInput as error:
            first = error.errors[0]
            raise InvalidInput(first.detail, field=f"{WHERE}.{name}", code=first.code) from error


def _text(name: str, value: Any) -> str:
    """A value as a parameter of the list would carry it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(type(item) in (str, int) for item in value):
        return ",".join(str(item) for item in value)
    raise InvalidInput(_("Send text, a number or true and false; for no value use “empty”."), field=name)
