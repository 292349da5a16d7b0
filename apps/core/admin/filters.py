"""Filters of lists by a business condition, which a counter of the home page can share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin


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


_contributed: dict[Any, list[Any]] = {}


def contribute_filter(model: Any, list_filter: Any) -> None:
    """A filter that a higher app adds to the list of a lower model."""
    _contributed.setdefault(model, []).append(list_filter)


def contributed_filters(model: Any) -> list[Any]:
    """Filters that higher apps added to the list of ``model``."""
    return list(_contributed.get(model, ()))
