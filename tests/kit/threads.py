"""Real threads against the real database: each has its own connection inside acme."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from apps.core.tenant import organisation_context


def run_in_threads(
    count: int, work: Callable[[int], Any], *, schema: str = "org_acme", together: bool = True
) -> list[Any]:
    """``work(number)`` in ``count`` threads that start together; results or exceptions, in order."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            with organisation_context(schema):
                connection.ensure_connection()
                if together:
                    barrier.wait(20)
                return work(number)
        except Exception as error:  # the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
