"""Works that don't touch each other, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connections

from apps.core.tenant import organisation_context, require_organisation

Work = Callable[[], Any]


def side_by_side(works: list[Work]) -> None:
    """Run the works at the same time, one after the other on a machine with one processor.

    Outside a transaction, inside an organisation; each process has its own connection and leaves nothing but
    what it wrote to the database. When one fails, the others end first and its error is raised.
    """
    schema = require_organisation()
    if len(works) < 2 or (os.cpu_count() or 1) < 2 or not hasattr(os, "fork"):
        for work in works:
            work()
        return
    connections.close_all()  # a forked process must not speak on its parent's connection
    context = multiprocessing.get_context("fork")
    running = []
    for work in works:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(work, schema, sender))
        process.start()
        sender.close()
        running.append((process, receiver))
    errors = [error for process, receiver in running if (error := _end(process, receiver)) is not None]
    if errors:
        raise errors[0]


def _run(work: Work, schema: str, sender: Any) -> None:
    error: BaseException | None = None
    try:
        with organisation_context(schema):
            work()
    except BaseException as raised:  # an interrupt too: the parent decides what becomes of it
        traceback.print_exc()
        error = raised
    finally:
        connections.close_all()
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, made a moment ago
    except Exception:  # an error that can't travel, or can't be made again there: its text does
        error = RuntimeError(repr(error))
    sender.send(error)


def _end(process: Any, receiver: Any) -> BaseException | None:
    """The error of a process, after its end; of one that was killed too."""
    try:
        error = receiver.recv()
        process.join()
    except EOFError:
        process.join()
        error = RuntimeError(f"a process ended with {process.exitcode}")
    return error  # type: ignore[no-any-return]  # what _run sends
