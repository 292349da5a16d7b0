"""What needs attention: each app registers its counts in its own ``portal.py``; the home page shows them.

Called at import of ``apps/<app>/portal.py``, which the portal loads when the first home page is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse

from apps.core.access import access_of
from apps.core.registry import load_modules
from apps.core.working import in_company, working_company_id


@dataclass(frozen=True)
class Counter:
    """``narrow(queryset)`` keeps what waits; ``query`` opens the same rows in the list of the back office."""

    app: str
    title: Any
    model: Any
    narrow: Callable[[Any], Any]
    query: str
    tone: str = "info"

    def visible_to(self, user: Any) -> bool:
        access = access_of(user)
        meta = self.model._meta
        return access.has_module(self.app) and access.has(f"{meta.app_label}.view_{meta.model_name}")

    def figure(self, user: Any) -> dict[str, Any]:
        """{title, url, count, tone}: one query, over what the user may see of the company he works in."""
        meta = self.model._meta
        count = self.narrow(in_company(self.model.objects.for_user(user), working_company_id(user))).count()
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return {"title": self.title, "url": f"{url}?{self.query}&_once=1", "count": count, "tone": self.tone}


_counters: list[Counter] = []


def register_counter(
    app: str, title: Any, model: Any, narrow: Callable[[Any], Any], *, query: str, tone: str = "info"
) -> None:
    """A count on the card of ``app``. Tones: warning for what waits, danger for what is late, info else."""
    _counters.append(Counter(app, title, model, narrow, query, tone))


@cache
def _load() -> None:
    load_modules("portal")


def counters() -> list[Counter]:
    """All registered counters, in the order of their registration."""
    _load()
    return list(_counters)


def counters_for(user: Any) -> dict[str, list[dict[str, Any]]]:
    """{app label: figures} of what this user may see."""
    result: dict[str, list[dict[str, Any]]] = {}
    for counter in counters():
        if counter.visible_to(user):
            result.setdefault(counter.app, []).append(counter.figure(user))
    return result
