"""Tasks for the tests; their effects are rows, so that a second run is seen."""

from __future__ import annotations

import time
from typing import Any

from apps.core.errors import Refused
from apps.parties.models import Party
from apps.runtime.services.jobs import _tasks, job_progress

SEEN: list[Any] = []


def put(function: Any) -> Any:
    """Register a test function as a task."""
    function.__module__ = "apps.kit.tasks"
    _tasks[f"kit.{function.__name__}"] = function
    return function


@put
def count_rows(job: Any, *, rows: int) -> dict[str, Any]:
    for number in range(rows):
        job_progress(job, number + 1, rows, f"row {number + 1}")
    return {"rows": rows, "url": "/admin/"}


@put
def refuse(job: Any) -> None:
    raise Refused("Not today.", field="day")


@put
def stumble(job: Any) -> None:
    raise ZeroDivisionError("oops")


@put
def make_party(job: Any, *, code: str, seconds: float = 0) -> dict[str, Any]:
    Party.objects.get_or_create(display_name=code, defaults={"legal_name": code})
    SEEN.append(code)
    time.sleep(seconds)
    return {"party": code}


def count_event(payload: dict[str, Any]) -> None:
    """Not idempotent on purpose: a second delivery of one event would make a second row."""
    Party.objects.create(display_name=f"E{payload['record_id']}", legal_name="event")


def listen() -> None:
    """Have ``count_event`` consume comments; called in the worker process of the tests."""
    from apps.core import events

    consumer = events.Consumer("kit.count_event", "comment.added", "", count_event)
    events._consumers["comment.added"] = [consumer]
