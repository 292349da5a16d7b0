"""Repeated tasks: each organisation's own, due by its own state row, run by the worker.

``@scheduled(every=timedelta(minutes=10))`` or ``@scheduled(at=time(2, 30))`` (the organisation's clock) in
an app's ``tasks.py``. The function takes nothing, runs inside the organisation, opens its own units of
work and may run again after a crash; two at once never happen.
"""

from __future__ import annotations

import logging
import time as clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from threading import Event as StopFlag
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from apps.core.modules import module_key_of_app
from apps.core.registry import load_modules
from apps.core.tenant import current_organisation, current_schema, organisation_context, switch_on
from apps.runtime.models import ScheduleState
from apps.runtime.services.dispatcher import active_schemas
from apps.runtime.services.holds import held
from apps.runtime.services.queue import enqueue

logger = logging.getLogger(__name__)
TICK = 1.0
LOOK_AROUND = 20.0


@dataclass(frozen=True)
class Schedule:
    name: str
    app: str
    run: Callable[[], object]
    every: timedelta | None
    at: time | None

    def next_after(self, moment: datetime) -> datetime:
        """When it is due again, after a run that was due at ``moment``."""
        if self.at is None:
            return moment + (self.every or timedelta(days=1))
        local = moment.astimezone(ZoneInfo(current_organisation().time_zone))
        due = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return due if due > local else due + timedelta(days=1)


_schedules: dict[str, Schedule] = {}


def scheduled(
    *, every: timedelta | None = None, at: time | None = None
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Decorator: run the function again and again in each organisation where its module is on."""
    if (every is None) == (at is None):
        raise ValueError("name either every or at")

    def register(function: Callable[[], object]) -> Callable[[], object]:
        app = function.__module__.split(".")[1]
        name = f"{app}.{function.__name__}"
        _schedules[name] = Schedule(name, app, function, every, at)
        return function

    return register


def schedules() -> dict[str, Schedule]:
    load_modules("tasks")
    return dict(_schedules)


def due_times() -> dict[str, datetime]:
    """When each schedule of the organisation in use is due; new ones get their first time."""
    known = dict(ScheduleState.objects.values_list("name", "due_at"))
    now = timezone.now()
    for name, schedule in schedules().items():
        if name not in known:
            first = schedule.next_after(now)
            state, _new = ScheduleState.objects.get_or_create(name=name, defaults={"due_at": first})
            known[name] = state.due_at
    return {name: due for name, due in known.items() if name in _schedules}


def run_scheduled(schema: str, name: str) -> None:
    """What the worker calls. Runs the task if it is due and nobody runs it now."""
    try:
        with organisation_context(schema), held(f"schedule:{schema}:{name}") as ours:
            if ours:
                _run_due(name)
    finally:
        connection.set_schema_to_public()


def _run_due(name: str) -> None:
    schedule = schedules().get(name)
    state = ScheduleState.objects.filter(name=name).first()
    now = timezone.now()
    if schedule is None or state is None or state.due_at > now + timedelta(seconds=0.5):
        return
    error, began = "", clock.monotonic()
    if switch_on(module_key_of_app(schedule.app)):
        try:
            schedule.run()
        except Exception as fault:  # the next time comes all the same
            logger.exception("%s of %s failed", name, current_schema())
            error = f"{type(fault).__name__}: {fault}"[:2000]
    due = schedule.next_after(state.due_at)
    state.due_at = due if due > now else schedule.next_after(now)
    state.ran_at, state.error = now, error
    state.seconds = Decimal(f"{min(clock.monotonic() - began, 999_999):.3f}")
    state.save()


class Scheduler:
    """Knows when what is due; looks for new organisations and changed times now and then."""

    def __init__(self) -> None:
        self.due: dict[tuple[str, str], datetime] = {}
        self.looked_at = float("-inf")

    def look_around(self) -> None:
        """Read the due times of every organisation again."""
        fresh: dict[tuple[str, str], datetime] = {}
        for schema in active_schemas():
            with organisation_context(schema):
                fresh.update({(schema, name): due for name, due in due_times().items()})
        self.due, self.looked_at = fresh, clock.monotonic()

    def tick(self) -> int:
        """Queue what is due; returns how many."""
        if clock.monotonic() - self.looked_at > LOOK_AROUND:
            self.look_around()
        now = timezone.now()
        late = [key for key, due in self.due.items() if due <= now]
        for schema, name in late:
            if enqueue("schedule.run_scheduled", schema, name):
                with organisation_context(schema):
                    self.due[schema, name] = _schedules[name].next_after(now)
        return len(late)


def run_scheduler(stop: StopFlag) -> None:
    """Run until ``stop`` is set; survives a restart of the database."""
    scheduler = Scheduler()
    while not stop.wait(TICK):
        try:
            scheduler.tick()
        except Exception:
            logger.warning("scheduler stumbled", exc_info=True)
            connection.close()
            stop.wait(2.0)
        finally:
            connection.set_schema_to_public()
