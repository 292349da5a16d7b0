"""What stands for all tests of a module: built once, in a transaction around those of the tests.

Each test still runs in a transaction of its own (a savepoint here) that is rolled back, and gets a copy of
what the builder gave, so that no test sees what another did to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection, connections, transaction

T = TypeVar("T")
Standing = Callable[[Callable[[], T]], T]


def standing_in(blocker: Any, enter: Callable[[], None]) -> Iterator[Standing[Any]]:
    """Yields ``stand(build)``: runs ``build`` in the module's transaction, which is rolled back at the end.

    ``enter`` puts the connection into the organisation of the tests.
    """
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase: durable blocks may open inside

    def stand(build: Callable[[], T]) -> T:
        with blocker.unblock():
            inside = around in connection.atomic_blocks
            if connection.atomic_blocks and connection.atomic_blocks[-1] is not around:
                raise RuntimeError("What stands for a module is asked for before the test's own transaction.")
            if not inside:
                around.__enter__()
            enter()
            connection.bahi_test_atomic = True  # type: ignore[attr-defined]  # read by run_in_unit_of_work
            try:
                result = build()
                connection.check_constraints()
            finally:
                connection.bahi_test_atomic = False  # type: ignore[attr-defined]  # as above
            cache.clear()
            return result

    yield stand
    with blocker.unblock():
        if around in connection.atomic_blocks:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


def other_connection(name: str) -> Iterator[str]:
    """Work in another database for a while; what the connection before held open stays as it is."""
    before, held = connection.settings_dict["NAME"], connections["default"]
    held.settings_dict["NAME"] = name  # shared by the connections that threads open
    connections["default"] = connections.create_connection("default")
    try:
        yield name
    finally:
        connection.close()
        connections["default"] = held
        held.settings_dict["NAME"] = before
