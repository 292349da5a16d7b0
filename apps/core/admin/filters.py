"""Filters of lists by a business condition, which a counter of the home page can share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.access import may
from apps.core.api.filtering import any_of
from apps.core.api.lookups import lookup_of
from apps.core.keys import key_read
from apps.core.periods import PERIODS, period_condition
from apps.core.registry import resource_of


class ConditionFilter(admin.SimpleListFilter):
    """``conditions``: {value: (label, narrow)}; ``narrow(queryset)`` keeps the rows that meet it."""

    conditions: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {}

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _narrow) in self.conditions.items()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        found = self.conditions.get(self.value() or "")
        return found[1](queryset) if found else None


def condition_filter(
    name: str, label: Any, conditions: dict[str, tuple[Any, Callable[[Any], Any]]]
) -> type[ConditionFilter]:
    """A list filter at ``?name=value`` with the given conditions."""
    members = {"parameter_name": name, "title": label, "conditions": conditions}
    return type(f"{name.title()}Filter", (ConditionFilter,), members)


class PeriodFilter(admin.SimpleListFilter):
    """``?date__period=this_month``: a filter by date that moves with the day, also in a view that is kept."""

    field: ClassVar[models.Field]

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return list(PERIODS.items())

    def queryset(self, request: Any, queryset: Any) -> Any:
        name = self.value()
        if name not in PERIODS:
            return None
        return queryset.filter(period_condition(self.field, self.field.name, name, request.user))


def period_filter(field: models.Field) -> type[PeriodFilter]:
    """The filter by period of one date field."""
    members = {"parameter_name": f"{field.name}__period", "title": field.verbose_name, "field": field}
    return type("PeriodFilter", (PeriodFilter,), members)


def with_periods(model: type[models.Model], filters: Iterable[Any]) -> list[Any]:
    """Filters by a date as filters by its period; a list with the date of documents always has it."""
    dates = {f.name: f for f in model._meta.concrete_fields if isinstance(f, models.DateField)}
    found = [
        period_filter(dates[item]) if isinstance(item, str) and item in dates else item for item in filters
    ]
    names = {getattr(item, "parameter_name", "") for item in found}
    if "date" in dates and "date__period" not in names:
        found.append(period_filter(dates["date"]))
    return found


class RecordFilter(admin.SimpleListFilter):
    """A filter by a record that is looked up by typing (a customer among thousands), at
    ``?party__id__exact=7`` as Django's own links say it. ``field``: the key in the list's model."""

    template = "core/filter_record.html"
    field: ClassVar[str] = ""
    related: ClassVar[Any] = None

    def __init__(self, request: Any, params: Any, model: Any, model_admin: Any) -> None:
        self.user = request.user
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        """Whoever may not list the records sees no way to look one up."""
        view = resource_of(self.related)
        return view is not None and may(self.user, view().permission("view"))

    def _key(self) -> int | None:
        return key_read(self.value())

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() is None:
            return None
        key = self._key()
        return queryset.none() if key is None else queryset.filter(**{f"{self.field}_id": key})

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """One "choice" that carries what the template draws."""
        view = resource_of(self.related)
        key = self._key()
        chosen = self.related._default_manager.for_user(self.user).filter(pk=key).first() if key else None
        lookup = lookup_of(view) if view else {}
        kept = {k: v for k, v in changelist.params.items() if k not in (self.parameter_name, "p")}
        yield {
            "lookup": json.dumps(lookup),
            "value": key or "",
            "text": str(chosen) if chosen else "",
            "name": self.parameter_name,
            "kept": [(name, value) for name, values in kept.items() for value in _listed(values)],
            "clear": changelist.get_query_string(remove=[self.parameter_name]),
            "selected": bool(key),
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": str(chosen) if chosen else "",
        }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def record_filter(model: Any, name: str) -> type[RecordFilter]:
    """The filter of a list by one of its keys."""
    field = model._meta.get_field(name)
    members = {
        "parameter_name": f"{name}__id__exact",
        "title": field.verbose_name,
        "field": name,
        "related": field.related_model,
    }
    return type(f"{name.title()}RecordFilter", (RecordFilter,), members)


class TagFilter(admin.SimpleListFilter):
    """``?tags=steel``: records with a tag, typed; several with commas between: with any of them."""

    title = _("tags")
    parameter_name = "tags"
    template = "core/filter_text.html"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        """Also with no choices: it is typed."""
        return True

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = (self.value() or "").replace("\x00", "").strip(", ")
        return queryset.filter(any_of("tags", wanted.split(","))) if wanted else None

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """One "choice" that carries what the template draws."""
        kept = {k: v for k, v in changelist.params.items() if k not in (self.parameter_name, "p")}
        yield {
            "value": self.value() or "",
            "name": self.parameter_name,
            "kept": [(name, value) for name, values in kept.items() for value in _listed(values)],
            "clear": changelist.get_query_string(remove=[self.parameter_name]),
            "selected": bool(self.value()),
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": self.value() or "",
        }


def tag_filters(model: type[models.Model]) -> list[Any]:
    """The filter by tags of a list whose records have them."""
    return [TagFilter] if any(field.name == "tags" for field in model._meta.concrete_fields) else []


_contributed: dict[Any, list[Any]] = {}


def contribute_filter(model: Any, list_filter: Any) -> None:
    """A filter that a higher app adds to the list of a lower model."""
    _contributed.setdefault(model, []).append(list_filter)


def contributed_filters(model: Any) -> list[Any]:
    """Filters that higher apps added to the list of ``model``."""
    return list(_contributed.get(model, ()))
