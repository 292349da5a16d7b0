"""Progress of a job that reads one moment of the database: its own transaction may write nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from apps.core.tenant import current_schema, organisation_context
from apps.runtime.services.jobs import job_progress


def _connection_close() -> None:
    """The connection of the thread that runs this."""
    connection.close()


@contextmanager
def progress_beside(job: Any) -> Iterator[Callable[[int, int], None]]:
    """Progress over a connection of its own: the one in use reads a snapshot and may write nothing."""
    schema = current_schema()

    def tell(done: int, total: int) -> None:
        with organisation_context(schema):
            job_progress(job, done, total)

    with ThreadPoolExecutor(1) as beside:
        try:
            yield lambda done, total: beside.submit(tell, done, total).result()
        finally:
            beside.submit(_connection_close).result()


@contextmanager
def one_moment(job: Any) -> Iterator[Callable[[int, int], None]]:
    """Everything read inside is of one moment; gives what tells the job's progress."""
    if connection.in_atomic_block:  # the caller has his own
        yield lambda done, total: job_progress(job, done, total)
        return
    with progress_beside(job) as progress, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield progress
