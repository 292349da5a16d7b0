"""Serve the harness: pages under a strict CSP, the project's static files, the fake API.

By hand: python -m tests.browser.harness.server 8765, then open http://127.0.0.1:8765/document
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.browser.harness.fake_api import FakeApi
from tests.browser.harness.pages import PAGES

ROOT = Path(__file__).resolve().parents[3]
CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'self'"


class Handler(BaseHTTPRequestHandler):
    """One request; the fake API hangs on the server object."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args) -> None:
        """Stay silent: the tests read `calls` of the fake API."""

    def do_GET(self) -> None:
        self.dispatch("GET")

    def do_POST(self) -> None:
        self.dispatch("POST")

    def do_DELETE(self) -> None:
        self.dispatch("DELETE")

    def do_PATCH(self) -> None:
        self.dispatch("PATCH")

    def dispatch(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        if parts.path.startswith("/api/v1/"):
            body = self.body_of(raw)
            status, envelope = self.server.api.answer(method, parts.path, query, body, self.lower_headers())
            self.send(status, "application/json", json.dumps(envelope).encode())
        elif parts.path.startswith("/static/"):
            self.send_static(parts.path)
        elif parts.path in PAGES:
            self.send(200, "text/html; charset=utf-8", PAGES[parts.path](self.server.api, query).encode())
        else:
            self.send(404, "text/plain", b"not here")

    def body_of(self, raw: bytes):
        """JSON, or what the fake API needs of an upload: the file's name."""
        if self.headers.get("Content-Type", "").startswith("multipart/"):
            name = re.search(rb'filename="([^"]*)"', raw)
            return {"name": name.group(1).decode()}
        return json.loads(raw) if raw else None

    def lower_headers(self) -> dict[str, str]:
        """Headers by lower-case name."""
        return {name.lower(): value for name, value in self.headers.items()}

    def send_static(self, path: str) -> None:
        file = (ROOT / path.lstrip("/")).resolve()
        if not re.match(rf"{re.escape(str(ROOT))}/static/", str(file)) or not file.is_file():
            self.send(404, "text/plain", b"not here")
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.send(200, kind, file.read_bytes())

    def send(self, status: int, kind: str, body: bytes) -> None:
        packed = "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 500
        body = gzip.compress(body) if packed else body
        self.send_response(status)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Set-Cookie", "csrftoken=token-of-the-test; Path=/; SameSite=Lax")
        self.end_headers()
        self.wfile.write(body)


class QuietServer(ThreadingHTTPServer):
    """A browser that ends may reset its connections: nothing to report."""

    def handle_error(self, request, client_address) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Harness:
    """A running server with a fresh fake API."""

    def __init__(self, port: int = 0) -> None:
        self.server = QuietServer(("127.0.0.1", port), Handler)
        self.server.api = self.api = FakeApi()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self) -> Harness:
        """Serve in the background."""
        self.thread.start()
        return self

    def reset(self) -> None:
        """Forget everything that a test did."""
        self.server.api = self.api = FakeApi()

    def stop(self) -> None:
        """End the server and its thread."""
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    Harness(int(sys.argv[1]) if len(sys.argv) > 1 else 8765).server.serve_forever()
