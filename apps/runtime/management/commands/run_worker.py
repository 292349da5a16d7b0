"""Runs the job cluster, the event dispatcher and the scheduler in the foreground."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django_q.cluster import Cluster

from apps.core.registry import load_modules
from apps.core.start_checks import run_start_checks
from apps.runtime.services.dispatcher import run_dispatcher
from apps.runtime.services.schedule import run_scheduler

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """In a forked child: end when the parent is killed, so that no orphan goes on taking jobs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Command(BaseCommand):
    help = "Runs background jobs, delivers events and starts repeated tasks until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        run_start_checks()
        load_modules("tasks")
        connections.close_all()
        os.register_at_fork(after_in_child=end_with_parent)
        cluster = Cluster()
        cluster.start()  # forks: before any thread of ours begins
        stop = threading.Event()
        threads = [self._thread(run, stop) for run in (run_dispatcher, run_scheduler)]
        try:
            while cluster.is_running or cluster.is_starting:
                threads[0].join(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            if cluster.is_running:
                cluster.stop()

    @staticmethod
    def _thread(run: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
        thread = threading.Thread(target=run, args=(stop,), daemon=True, name=run.__name__)
        thread.start()
        return thread
