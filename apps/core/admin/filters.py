"""Filters of lists by a business condition, which a counter of the home page can share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models

from apps.core.periods import PERIODS, period_condition


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


_contributed: dict[Any, list[Any]] = {}


def contribute_filter(model: Any, list_filter: Any) -> None:
    """A filter that a higher app adds to the list of a lower model."""
    _contributed.setdefault(model, []).append(list_filter)


def contributed_filters(model: Any) -> list[Any]:
    """Filters that higher apps added to the list of ``model``."""
    return list(_contributed.get(model, ()))
