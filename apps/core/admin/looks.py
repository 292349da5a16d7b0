"""Looks of a list: some of its rows with the columns that fit them, each an entry of the menu.

``looks = (Look("sold", _("Products sold"), Q(is_sold=True), ("code", "name", …)),)`` on an admin class. A
look is the same list at ``?look=sold``: rights and exports are those of the list, and each person's filters,
columns and saved views of it are kept apart from the list's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from apps.core.scope import kind_of

LOOK = "look"
_BETWEEN = ":"


@dataclass(frozen=True)
class Look:
    """``rows`` narrows the list, ``columns`` stand in place of its own."""

    key: str
    title: Any
    rows: Q
    columns: tuple[Any, ...]
    icon: str = "list"


class LookFilter(admin.SimpleListFilter):
    """The way from one look to another, beside the list's other filters."""

    title = _("view of the list")
    parameter_name = LOOK

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(item.key, item.title) for item in model_admin.looks]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.looks = model_admin.looks
        super().__init__(request, params, model, model_admin)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found = _find(self.looks, self.value())
        return queryset.filter(found.rows) if found else None


def look_asked(model_admin: Any, params: Any) -> Look | None:
    """The look that an address names; None for the list itself and for names that aren't known."""
    return _find(getattr(model_admin, "looks", ()), params.get(LOOK))


def look_left(model_admin: Any, request: HttpRequest) -> Look | None:
    """The look from which the person came to a record's page."""
    return look_asked(model_admin, QueryDict(request.GET.get("_changelist_filters", "")))


def look_before(request: HttpRequest) -> str:
    """The key of the look on the page that led here; empty for the list itself."""
    return next(iter(parse_qs(urlsplit(request.headers.get("Referer", "")).query).get(LOOK, ())), "")


def list_key(model: type[models.Model], look: Look | None) -> str:
    """The name under which a person's state of the list is kept: ``catalog.product:sold``."""
    return kind_of(model) + (f"{_BETWEEN}{look.key}" if look else "")


def key_parts(key: str) -> tuple[str, str]:
    """(kind of record, key of the look or nothing)."""
    kind, _between, look = key.partition(_BETWEEN)
    return kind, look


def look_query(look: Look | None) -> str:
    """What the address of a look begins with."""
    return f"{LOOK}={look.key}" if look else ""


def _find(looks: Iterable[Look], key: Any) -> Look | None:
    return next((item for item in looks if item.key == key), None)
