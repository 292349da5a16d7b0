"""The job workers: processes that take django-q2's tasks straight from its table.

Against q2's own cluster: a call starts at once (NOTIFY) instead of at the next poll, costs a fraction of its
CPU, two processes less live, and a killed process can't leave the others waiting for its locks. A task is
held by a session lock on its row; when its process dies, PostgreSQL lets go and another takes it within a
second. The row goes when the task has ended. Any q2 task runs here; `qcluster` could run ours.

There are two lanes. Job processes take short calls (a mail, a text) before jobs; a thread beside the
dispatcher takes short calls only, so that a mail leaves at once while every job process imports.
"""

from __future__ import annotations

import logging
import random
import signal
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import DatabaseError, close_old_connections, connection, connections
from django.utils.module_loading import import_string
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from apps.core.listen import listen_parameters
from apps.runtime.services.queue import CALLS, CHANNEL

logger = logging.getLogger(__name__)
LOCK_CLASS = 0x4A0B
LOOK = 16
POLL = 1.0


class TaskWorker:
    """One loop over some lanes. Its dedicated connection listens and holds the locks on what it runs."""

    def __init__(self, stop: threading.Event, lanes: Sequence[str] = (CALLS, Conf.PREFIX)) -> None:
        self.stop = stop
        self.lanes = list(lanes)  # what stands first is taken first
        self.table = OrmQ._meta.db_table

    def run(self) -> None:
        """Work until ``stop`` is set; survives a restart of the database."""
        while not self.stop.is_set():
            try:
                with psycopg.connect(**listen_parameters(), autocommit=True) as link:
                    link.execute(f"LISTEN {CHANNEL}")
                    self._work(link)
            except (psycopg.Error, DatabaseError, OSError) as error:
                logger.warning("worker lost the database: %s", error)
                connections.close_all()
                self.stop.wait(1.0)

    def _work(self, link: psycopg.Connection) -> None:
        while not self.stop.is_set():
            if not self.take_one(link):
                wait = POLL * random.uniform(0.8, 1.2)  # noqa: S311 - spreads waits, guards nothing
                for _note in link.notifies(timeout=wait, stop_after=1):
                    break

    def take_one(self, link: psycopg.Connection) -> bool:
        """Run the oldest task of the first lane that nobody holds; False when there is none."""
        waiting = link.execute(
            f"SELECT id FROM public.{self.table} WHERE key = ANY(%(lanes)s) AND lock <= now()"  # noqa: S608 - names of our own tables and columns, values are parameters
            " ORDER BY array_position(%(lanes)s::varchar[], key), id LIMIT %(look)s",
            {"lanes": self.lanes, "look": LOOK},
        ).fetchall()
        for (row_id,) in waiting:
            payload = self._claim(link, row_id)
            if payload is not None:
                try:
                    perform(payload)
                    link.execute(f"DELETE FROM public.{self.table} WHERE id = %s", [row_id])  # noqa: S608 - names of our own tables and columns, values are parameters
                finally:
                    link.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, row_id % 2**31])
                return True
        return False

    def _claim(self, link: psycopg.Connection, row_id: int) -> str | None:
        """The task's payload, held by us; None when another process holds or has ended it."""
        taken = link.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, row_id % 2**31]).fetchone()
        if not taken or not taken[0]:
            return None
        row = link.execute(
            f"SELECT payload FROM public.{self.table} WHERE id = %s",  # noqa: S608 - names of our own tables and columns, values are parameters
            [row_id],
        ).fetchone()
        if row is None:
            link.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, row_id % 2**31])
            return None
        return row[0]


def perform(payload: str) -> None:
    """Call what the task names. Its faults are logged: what must be repeated keeps a row of its own."""
    close_old_connections()
    connection.set_schema_to_public()
    name: Any = "?"
    try:
        task = SignedPackage.loads(payload)
        name = task["func"]
        function = import_string(name) if isinstance(name, str) else name
        function(*task["args"], **task["kwargs"])
    except Exception:
        logger.exception("task %s failed", name)
    finally:
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        connection.set_schema_to_public()


def run_task_worker() -> None:
    """Main of a job process: ends after the task in hand when told to stop."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_args: stop.set())
    TaskWorker(stop).run()


def run_calls(stop: threading.Event) -> None:
    """The lane of short calls alone, until ``stop`` is set."""
    TaskWorker(stop, [CALLS]).run()


def run_event_worker() -> None:
    """Main of the process that delivers events, starts repeated tasks and keeps the lane of calls moving."""
    from apps.runtime.services.dispatcher import run_dispatcher
    from apps.runtime.services.schedule import run_scheduler

    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_args: stop.set())
    threads = [
        threading.Thread(target=run, args=(stop,), name=run.__name__, daemon=True)
        for run in (run_dispatcher, run_scheduler, run_calls)
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(1.0):
        if not all(thread.is_alive() for thread in threads):
            raise SystemExit(1)  # the supervisor starts a fresh process
    for thread in threads:
        thread.join(10)
