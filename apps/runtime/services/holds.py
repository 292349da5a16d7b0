"""Names held by a living process: freed by the database when the process dies, however it dies.

Session advisory locks on one dedicated connection of this process (its own, so that nothing that the
work does to Django's connection lets go of them).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from apps.core.listen import listen_parameters

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_link: list[tuple[int, str, psycopg.Connection]] = []  # (process, database, connection)


def _connection() -> psycopg.Connection:
    """The process's own connection; a forked child makes its own, a broken one is replaced."""
    parameters = listen_parameters()
    if _link:
        process, database, link = _link[0]
        if process == os.getpid() and database == parameters["dbname"] and not link.closed:
            return link
        if process == os.getpid():
            link.close()
    parameters["application_name"] = "bahi-hold"
    link = psycopg.connect(**parameters, autocommit=True)
    _link[:] = [(os.getpid(), parameters["dbname"], link)]
    return link


@contextmanager
def held(name: str) -> Iterator[bool]:
    """True inside the block when the name was free and is ours now; False when another process has it."""
    taken = _try(name)
    try:
        yield taken
    finally:
        if taken:
            _release(name)


def _try(name: str) -> bool:
    with _lock:
        for again in (False, True):
            try:
                row = (
                    _connection()
                    .execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7))", [name])
                    .fetchone()
                )
                return bool(row and row[0])
            except psycopg.OperationalError:
                _drop()
                if again:
                    raise
    raise AssertionError("unreachable")


def _release(name: str) -> None:
    with _lock:
        try:
            _connection().execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7))", [name])
        except psycopg.Error:
            _drop()  # the connection is gone, and the lock with it


def _drop() -> None:
    if _link:
        _link.pop()[2].close()


def is_held(name: str) -> bool:
    """Whether any living process holds the name; takes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 7))",
            [name],
        )
        return bool(cursor.fetchone()[0])
