"""Runs the job cluster and the event dispatcher in the foreground."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django_q.cluster import Cluster

from apps.core.registry import load_modules
from apps.runtime.services.dispatcher import run_dispatcher


class Command(BaseCommand):
    help = "Runs background jobs and delivers events until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        load_modules("tasks")
        connections.close_all()
        cluster = Cluster()
        cluster.start()
        stop = threading.Event()
        dispatcher = threading.Thread(target=run_dispatcher, args=(stop,), daemon=True, name="dispatcher")
        dispatcher.start()
        try:
            while cluster.is_running or cluster.is_starting:
                dispatcher.join(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            if cluster.is_running:
                cluster.stop()
