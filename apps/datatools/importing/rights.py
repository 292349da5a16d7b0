"""Which records of a chunk a person may change or delete: one question for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


class OpenTo:
    """``has(pk, "change")``: asked at once for the records named first, singly for those made since."""

    def __init__(self, model: type[models.Model], by: Any, ids: Iterable[int]) -> None:
        self.model, self.by, self.ids = model, by, frozenset(ids)
        self.found: dict[str, set[int]] = {}

    def has(self, pk: int, action: str) -> bool:
        """Whether the person may do that with the record."""
        rows = self.model._default_manager.for_user(self.by, action)  # type: ignore[attr-defined]  # scoped managers
        if pk not in self.ids:
            return bool(rows.filter(pk=pk).exists())
        if action not in self.found:
            self.found[action] = set(rows.filter(pk__in=self.ids).values_list("pk", flat=True))
        return pk in self.found[action]
