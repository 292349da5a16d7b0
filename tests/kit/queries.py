"""Counting statements of the database."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def cheapest(call: Callable[[], object], times: int = 3) -> int:
    """Statements of ``call``, the least of several runs: now and then one also notes when a session was last
    seen, or reads a cache of rights or settings again, however slow the machine is."""
    counts = []
    for _run in range(times):
        with CaptureQueriesContext(connection) as caught:
            call()
        counts.append(len(caught))
    return min(counts)
