"""Conditions that people put together above a list: and, or, "is empty", fields of the records behind keys.

The address carries them as ``where`` does in the API (``core.api.conditions``): one check, one meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.access import may
from apps.core.api.conditions import condition_paths, where_condition
from apps.core.api.filtering import WHERE, field_of
from apps.core.api.lookups import lookup_of
from apps.core.errors import BahiError
from apps.core.guards import open_paths
from apps.core.registry import resource_of

VIEW = "view"
LEFT_OUT = ("id", "version")
KINDS: tuple[tuple[Any, str], ...] = (
    (ArrayField, "list"),
    (models.BooleanField, "bool"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.DecimalField, "decimal"),
    (models.IntegerField, "decimal"),
    (models.CharField | models.TextField, "text"),
)


def _paths(model: type[models.Model], user: Any) -> dict[str, str]:
    view = resource_of(model)
    return open_paths(model, condition_paths(view), user) if view else {}


def where_open(model: type[models.Model], text: str, user: Any) -> bool:
    """Whether this person may ask a list for these conditions."""
    try:
        where_condition(model, text, _paths(model, user), user)
    except BahiError:
        return False
    return True


def where_tool(params: QueryDict, left_out: Iterable[str]) -> dict[str, Any]:
    """What the form of conditions needs: those that hold now, and the rest of the address."""
    kept = [(k, v) for k, values in params.lists() if k not in left_out for v in values]
    without = urlencode(kept) or urlencode({"_reset": 1})
    return {"text": params.get(WHERE, ""), "kept": kept, "without": f"?{without}"}


class WhereFilter(admin.SimpleListFilter):
    """Applies ``?where=``; the form stands among the tools above the list, not beside it."""

    title = _("conditions")
    parameter_name = WHERE
    template = "core/filter_none.html"

    def __init__(self, request: Any, params: Any, model: Any, model_admin: Any) -> None:
        self.user = request.user
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        """Without conditions there is nothing to apply."""
        return bool(self.value())

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield from ()

    def queryset(self, request: Any, queryset: Any) -> Any:
        model = queryset.model
        try:
            condition = where_condition(model, self.value() or "", _paths(model, self.user), self.user)
            return queryset.filter(condition)
        except (BahiError, FieldError, ValidationError, ValueError, TypeError) as error:
            raise IncorrectLookupParameters(error) from error


class SeenView(admin.SimpleListFilter):
    """``?view=7`` says through which saved view the list is looked at; it filters nothing."""

    title = _("view")
    parameter_name = VIEW
    template: ClassVar[str] = "core/filter_none.html"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return False

    def queryset(self, request: Any, queryset: Any) -> Any:
        return None


# --- what can be asked ------------------------------------------------------------------------------------


def where_fields(model: type[models.Model], user: Any) -> list[dict[str, Any]]:
    """The fields that a person may put conditions on: those of the list, then those of the records behind its
    keys. ``name`` as the API says it, ``kind`` and ``lookup`` as fields of forms (docs/frontend.md)."""
    own = _fields_of(model, _paths(model, user), user)
    return [*own, *(item for key in own if key["kind"] == "lookup" for item in _behind(model, key, user))]


def _behind(model: type[models.Model], key: dict[str, Any], user: Any) -> list[dict[str, Any]]:
    field = field_of(model, key["path"])
    view = resource_of(field.related_model)
    if view is None:
        return []
    found = _fields_of(view.model, open_paths(view.model, view.filters, user), user)
    return [{**item, "name": f"{key['name']}__{item['name']}", "group": key["label"]} for item in found]


def _fields_of(model: type[models.Model], paths: dict[str, str], user: Any) -> list[dict[str, Any]]:
    found = []
    for name, path in paths.items():
        field = field_of(model, path)
        shape = _shape(field, user) if name not in LEFT_OUT and field is not None else None
        if shape:
            label = capfirst(str(getattr(field, "verbose_name", name)))
            lacks = bool(field.null or field.blank or "__" in path)
            found.append({"name": name, "path": path, "label": label, "lacks": lacks, **shape})
    return sorted(found, key=lambda item: item["label"].casefold())


def _shape(field: Any, user: Any) -> dict[str, Any] | None:
    """How the value of a condition is entered; None for fields that a person can't ask for."""
    if isinstance(field, models.ForeignKey):
        view = resource_of(field.related_model)
        open_to_him = view is not None and may(user, view().permission("view"))
        return {"kind": "lookup", "lookup": lookup_of(view)} if open_to_him else None
    if getattr(field, "flatchoices", None):
        return {"kind": "choice", "choices": [[str(v), str(text)] for v, text in field.flatchoices]}
    kind = next((name for kinds, name in KINDS if isinstance(field, kinds)), None)
    return {"kind": kind} if kind else None
