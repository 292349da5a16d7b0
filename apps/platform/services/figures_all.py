"""Counting all organisations at once, when an operator asks for it."""

from __future__ import annotations

from apps.runtime.services.dispatcher import active_schemas
from apps.runtime.services.queue import enqueue


def figures_refresh() -> int:
    """Have the worker count each served organisation now; returns how many."""
    name = "apps.platform.services.figures.figures_collect"
    return sum(enqueue("queue.run_call", schema, name) for schema in active_schemas())
