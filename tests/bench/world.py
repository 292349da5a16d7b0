"""The world of the benchmarks: a database with history loaded in bulk, and a production-like server."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from tests.kit import database

ROOT = Path(__file__).resolve().parents[2]
HOST = "acme.localhost"
PASSWORD = "bench-Dawat-" + secrets.token_hex(4)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class World:
    """Database name, server process, client with a token."""

    name: str
    port: int = 0
    server: subprocess.Popen[bytes] | None = None
    postmaster: int = 0
    token: str = ""
    socket_port: int = 0
    small: bool = False
    long: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": database.run_time_url(self.name),
            "DATABASE_OWNER_URL": database.owner_url(self.name),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "SECRET_KEY": os.environ.get("SECRET_KEY", "bench-" + "k" * 44),
            "BAHI_WEB_POOL": "1",
            "LOG_LEVEL": "WARNING",
            "API_RATE_USER": "10000000/min",
            "API_RATE_ADDRESS": "10000000/min",
            "API_RATE_SIGN_IN": "10000/min",
            **self.extra,
        }

    def manage(self, *args: str) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if result.returncode:
            raise RuntimeError(result.stdout + result.stderr)
        return result.stdout

    def sql(self, text: str, params: Any = None) -> list[Any]:
        """As the superuser, inside acme's schema, with triggers off: bulk history only."""
        with psycopg.connect(self.super_url(), autocommit=True) as link:
            link.execute("SET search_path = org_acme, public")
            link.execute("SET session_replication_role = replica")
            cursor = link.execute(text, params)
            return cursor.fetchall() if cursor.description else []

    def super_url(self) -> str:
        return f"{os.environ['DATABASE_SUPER_URL'].rsplit('/', 1)[0]}/{self.name}"

    def start(self, processes: int = 2) -> None:
        """gunicorn, 2 processes of 4 threads, as the production image runs it."""
        self.manage("collectstatic", "--noinput", "-v", "0")
        self.port = free_port()
        command = [
            sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{self.port}",
            "-w", str(processes), "--threads", "4", "--preload", "--log-level", "error",
        ]  # fmt: skip
        self.server = subprocess.Popen(command, cwd=ROOT, env=self.environment())
        self._wait()
        with psycopg.connect(self.super_url()) as link:
            backend = link.execute("SELECT pg_backend_pid()").fetchone()[0]
            self.postmaster = psutil.Process(backend).parent().pid
        self.token = self.sign_in()

    def _wait(self) -> None:
        for _ in range(150):
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def sign_in(self) -> str:
        answer = self.client(token=False).post(
            "/api/v1/auth/token/", json={"email": "bench@acme.example", "password": self.ids["password"]}
        )
        answer.raise_for_status()
        return answer.json()["data"]["access"]

    def client(self, *, token: bool = True) -> httpx.Client:
        headers = {"Host": HOST}
        if token:
            headers["Authorization"] = f"Bearer {self.token}"
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=60)

    def stop(self) -> None:
        if self.server:
            self.server.terminate()
            self.server.wait(20)
            self.server = None

    def roots(self) -> list[int]:
        return [self.server.pid, self.postmaster] if self.server else [self.postmaster]


def make_world() -> World:
    """A fresh copy of the template database with a user, a company and masters (``prepare``)."""
    world = World(database.copy_for("bench"))
    prepare(world)
    return world


def kept_world(invoices: int, load: Callable[[World], None]) -> World:
    """The world with this much history that an earlier run kept; made and loaded when there is none.

    Its ids and password are the comment of its database. Each run adds its few documents to it.
    """
    world = World(f"bahi_bench_{database.template_key()}_{invoices}")
    known = database.comment_of(world.name)
    if known:
        world.ids = json.loads(known)
        return world
    made = make_world()
    load(made)
    database.rename(made.name, world.name, comment=json.dumps(made.ids))
    world.ids = made.ids
    return world


def prepare(world: World) -> None:
    """Fill a fresh copy of the template with what ``prepare.py`` makes."""
    script = ROOT / "tests" / "bench" / "prepare.py"
    result = subprocess.run(
        [sys.executable, str(script), PASSWORD],
        cwd=ROOT, env={**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError(result.stdout + result.stderr)
    world.ids = json.loads(result.stdout.strip().splitlines()[-1]) | {"password": PASSWORD}
