"""The real application on a scratch database, served to Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from tests.kit.threads import run_in_threads


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test tells what went wrong."""


class Site:
    """``url`` of acme; ``do(work)`` runs work inside acme in a thread (Playwright's loop forbids it here)."""

    def __init__(self) -> None:
        self.server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
        self.server.daemon_threads = True
        self.server.set_app(StaticFilesHandler(WSGIHandler()))
        self.url = f"http://acme.localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def do(work: Callable[[], Any]) -> Any:
        """The result of ``work``; its exception, if it raised one."""
        (result,) = run_in_threads(1, lambda _number: work())
        if isinstance(result, Exception):
            raise result
        return result
