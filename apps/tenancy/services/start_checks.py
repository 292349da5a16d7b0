"""What must be true of the database before anything is served. Each fault here would be silent later."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection


class UnsafeDatabase(RuntimeError):
    """The server must not start: the message says what to change."""


def database_check(parameters: dict[str, Any] | None = None) -> None:
    """Raises UnsafeDatabase when the run-time role could change the books, or a pooler mixes sessions."""
    given = parameters or connection_parameters()
    with psycopg.connect(**given, autocommit=True) as first:
        _role_check(first)
        with psycopg.connect(**given, autocommit=True) as second:
            _session_check(first, second)


def connection_parameters() -> dict[str, Any]:
    """psycopg's parameters of the default database, as this process would connect."""
    config = settings.DATABASES["default"]
    return {
        "host": config.get("HOST") or None,
        "port": config.get("PORT") or None,
        "user": config.get("USER") or None,
        "password": config.get("PASSWORD") or None,
        "dbname": connection.settings_dict["NAME"],
        "connect_timeout": 10,
    }


def _role_check(probe: psycopg.Connection[Any]) -> None:
    """The run-time role owns no table and isn't a superuser: else triggers and privileges don't bind it."""
    row = probe.execute(
        """SELECT r.rolname, r.rolsuper,
                  (SELECT count(*) FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
                     AND n.nspname <> 'information_schema' AND pg_has_role(r.rolname, c.relowner, 'MEMBER'))
             FROM pg_roles r WHERE r.rolname = current_user"""
    ).fetchone()
    name, superuser, owned = row if row is not None else ("?", True, 0)
    if superuser or owned:
        why = "is a superuser" if superuser else f"owns {owned} tables"
        raise UnsafeDatabase(
            f"DATABASE_URL connects as {name}, which {why}. Serving people needs a role that owns nothing, "
            "so that posted books stay as they are; only DATABASE_OWNER_URL names the owner."
        )


def _session_check(first: psycopg.Connection[Any], second: psycopg.Connection[Any]) -> None:
    """Two transactions of one connection must meet the same server process.

    A second connection holds a transaction between them, so that a pooler in transaction mode has to hand
    out another server: under one, the schema set for an organisation would serve another's request.
    """
    with first.transaction():
        before = _server_of(first)
    with second.transaction():
        _server_of(second)
        with first.transaction():
            after = _server_of(first)
    if before != after:
        raise UnsafeDatabase(
            "A connection pooler in transaction mode stands between Bahi and PostgreSQL. Use session mode "
            "or connect directly: in transaction mode requests would read other organisations' rows."
        )


def _server_of(probe: psycopg.Connection[Any]) -> int:
    row = probe.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0
