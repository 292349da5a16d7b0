"""A text gateway on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.fixture
def gateway_server(settings):
    """A gateway on this machine; ``seen`` what it got, ``status`` what it answers."""
    seen, state = [], {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers.get("Authorization"), json.loads(body)))
            self.send_response(state["status"])
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    server.seen, server.state = seen, state
    server.url = f"http://127.0.0.1:{server.server_port}/send"
    yield server
    server.shutdown()
