"""Runs the job processes and the event process, and brings back what dies, until told to stop."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from apps.core.collector import collector_settle
from apps.core.registry import load_modules
from apps.core.start_checks import run_start_checks
from apps.runtime.services.workers import run_event_worker, run_task_worker

logger = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
PATIENCE = 20.0


class Supervisor:
    """Forks its children and has no threads of its own, so that forking again is always safe."""

    def __init__(self, mains: list[Callable[[], None]]) -> None:
        self.mains = dict(enumerate(mains))
        self.children: dict[int, int] = {}  # process → place in mains
        self.stopping = False

    def run(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._asked_to_stop)
        for place in self.mains:
            self._start(place)
        while not self.stopping:
            place = self._ended()
            if place is None:
                time.sleep(0.2)
            elif not self.stopping:
                logger.warning("a worker process ended; starting another")
                time.sleep(0.5)
                self._start(place)
        self._stop_all()

    def _asked_to_stop(self, *_args: Any) -> None:
        self.stopping = True

    def _start(self, place: int) -> None:
        parent, process = os.getpid(), os.fork()
        if process:
            self.children[process] = place
            return
        end_with_parent(parent)
        code = 1
        try:
            self.mains[place]()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        except BaseException:
            logger.exception("a worker process stumbled")
        finally:
            logging.shutdown()
            os._exit(code)

    def _ended(self) -> int | None:
        """The place of a child that has ended; None while all run."""
        try:
            process, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        return self.children.pop(process, None) if process else None

    def _stop_all(self) -> None:
        """Let each end its task; after twenty seconds it is cut off and its task runs again later."""
        self._signal(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while self.children and time.monotonic() < end:
            if self._ended() is None:
                time.sleep(0.05)
        self._signal(signal.SIGKILL)

    def _signal(self, sign: int) -> None:
        for process in tuple(self.children):
            try:
                os.kill(process, sign)
            except ProcessLookupError:
                self.children.pop(process, None)


def end_with_parent(parent: int) -> None:
    """In a forked child: end when the parent is killed, so that no orphan goes on taking jobs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class Command(BaseCommand):
    help = "Runs background jobs, delivers events and starts repeated tasks until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        run_start_checks()
        load_modules("tasks")
        load_modules("api")
        connections.close_all()
        collector_settle()  # what is loaded stays shared between the processes
        Supervisor([run_event_worker, *[run_task_worker] * settings.Q_CLUSTER["workers"]]).run()
