"""The unit of work: the only place that opens a business transaction and repeats it.

The view, admin endpoint or job that owns the transaction opens it; services just run inside. Deadlocks
and serialisation failures are repeated up to five times with a random wait. Nothing is rendered, mailed
or called outside within it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.utils import InternalError
from psycopg import errors as pg

from apps.core.actor import current_actor
from apps.core.database.prepared import prepared_rows
from apps.core.errors import Busy

T = TypeVar("T")
RETRIES = 5
_REPEAT = (pg.DeadlockDetected, pg.SerializationFailure)
_BUSY = (pg.LockNotAvailable, pg.QueryCanceled)
LOCK_TIMEOUT = "8s"


class NestedUnitOfWork(RuntimeError):
    """A unit of work was opened inside another one: repeating it could not undo the outer half."""


def run_in_unit_of_work(work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction and return what it returns.

    ``work`` may run more than once, so it must keep no state outside the database. Raises
    NestedUnitOfWork inside an open transaction, Busy (409) when a lock isn't had in time.
    """
    if connection.in_atomic_block and not getattr(connection, "bahi_test_atomic", False):
        raise NestedUnitOfWork("unit_of_work() inside an open transaction")
    for attempt in range(RETRIES + 1):
        try:
            with transaction.atomic():
                _prepare()
                return work()
        except (OperationalError, InternalError) as error:
            if isinstance(error.__cause__, _BUSY):
                raise Busy("Somebody else is working on this just now. Please try again.") from error
            if not isinstance(error.__cause__, _REPEAT) or attempt == RETRIES:
                raise
            time.sleep(random.uniform(0.005, 0.05) * (attempt + 1))  # noqa: S311 - spreads waits, guards nothing
    raise AssertionError("unreachable")


def tried(work: Callable[[], T]) -> T:
    """What ``work`` gives; whatever it wrote is rolled back. Its exceptions pass through."""
    with transaction.atomic():
        result = work()
        transaction.set_rollback(True)
    return result


def _prepare() -> None:
    """Bound the wait for locks, and tell the audit's triggers who acts; both end with the transaction."""
    actor = current_actor()
    who = {"kind": actor.kind, "address": actor.address, "request_id": actor.request_id, "path": actor.path}
    prepared_rows(
        "SELECT set_config('lock_timeout', %s, true), set_config('bahi.actor', %s, true)",
        [LOCK_TIMEOUT, json.dumps(who)],
    )


def unit_of_work(function: Callable[..., T]) -> Callable[..., T]:
    """Decorator: each call of the function is one unit of work."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> T:
        return run_in_unit_of_work(lambda: function(*args, **kwargs))

    return wrapper
