"""Statements that a request costs, for budgets."""

from __future__ import annotations

from collections.abc import Iterable

_FRAME = ("SET search_path", "SAVEPOINT", "RELEASE SAVEPOINT")
_HOST = ('FROM "tenancy_', "FROM pg_namespace")


def business(queries: Iterable[dict[str, str]]) -> list[str]:
    """The statements without those that depend on the moment: finding the host's organisation (kept for five
    seconds) and the savepoints of the test's own transaction."""
    found = (query["sql"] for query in queries)
    return [sql for sql in found if not sql.startswith(_FRAME) and not any(part in sql for part in _HOST)]


def shown(statements: Iterable[str]) -> str:
    """For the message of a failed budget."""
    return "\n".join(sql[:140] for sql in statements)
