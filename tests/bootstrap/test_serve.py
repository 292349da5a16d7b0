"""`bin/serve` and `bin/manage` as a person runs them: started, asked, killed, started again."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _launcher.layout import ROOT
from _launcher.postgres import free_port
from _launcher.postmaster import running_postmaster

from tests.kit.served import Server, served

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        not Path(sys.prefix, ".bahi-made").exists(), reason="not in an environment of bin/test"
    ),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path / "data") as made:
        yield made


@pytest.mark.ci
def test_serve_starts_stops_and_goes_on_after_a_power_cut(server: Server):
    server.start()
    assert server.get("/health/live")[0] == 200
    status, body = server.get("/health/ready", host="nobody.example")
    assert (status, json.loads(body)["status"]) == (200, "ready")
    assert server.get("/")[0] == 200

    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=30) == 0
    assert running_postmaster((server.data / "postgres").resolve() / "data") is None
    assert server.children() == []

    server.start()
    server.kill_all()
    server.start()
    assert server.get("/health/ready")[0] == 200


def test_a_second_serve_on_the_folder_is_told_who_has_it(server: Server):
    server.start()
    command = [ROOT / "bin/serve", "--no-demo", "--data", server.data, "--port", str(free_port())]
    second = subprocess.run(command, capture_output=True, text=True, check=False, env=server.environment)
    assert second.returncode == 1
    assert f"already running from {server.data} (process {server.process.pid})" in second.stdout


def test_a_taken_port_is_told_before_anything_is_set_up(server: Server, tmp_path: Path):
    server.start()
    command = [ROOT / "bin/serve", "--data", tmp_path / "other", "--port", str(server.port)]
    second = subprocess.run(command, capture_output=True, text=True, check=False, env=server.environment)
    assert second.returncode == 1
    assert re.search(rf"Cannot listen on 127.0.0.1 port {server.port}: .*--port", second.stdout)
    assert not (tmp_path / "other/venv").exists()


def test_killed_web_worker_and_database_come_back(server: Server):
    server.start()
    data = (server.data / "postgres").resolve() / "data"
    words = ("config.asgi:application", "run_worker")
    for word in words:
        os.kill(server.pid_of(word), signal.SIGKILL)
    os.kill(running_postmaster(data).pid, signal.SIGKILL)
    end = time.monotonic() + 40
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.get("/health/ready")[0] == 200:
                break
        time.sleep(0.2)
    assert server.get("/health/ready")[0] == 200
    assert server.process.poll() is None


def test_manage_leaves_postgresql_as_it_found_it(server: Server):
    data = server.data / "postgres"
    assert server.manage("setup_database").returncode == 0
    assert running_postmaster(data.resolve() / "data") is None
    server.start()
    found = running_postmaster(data.resolve() / "data").pid
    result = server.manage("check")
    assert result.returncode == 0
    assert result.stdout.startswith("System check identified no issues")
    assert running_postmaster(data.resolve() / "data").pid == found
    assert server.manage("no_such_command").returncode == 1
