"""`bin/serve` and `bin/manage` as a person runs them: started, asked, killed, started again."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _launcher.layout import ROOT
from _launcher.postgres import Cluster, free_port
from _launcher.postmaster import running_postmaster

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        not Path(sys.prefix, ".bahi-made").exists(), reason="not in an environment of bin/test"
    ),
]
READY_SECONDS = 60


class Server:
    """A `bin/serve --no-demo` on its own data folder; the environment of the running tests is lent to it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.parent / "output.txt"
        data.mkdir()
        (data / "venv").symlink_to(sys.prefix)
        dropped = ("DATABASE_", "DJANGO_SETTINGS_MODULE", "PYTEST_", "SECRET_KEY", "BAHI_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        """Start it and return the seconds until it says that it is ready."""
        command = [ROOT / "bin/serve", "--no-demo", "--data", self.data, "--port", str(self.port)]
        begun = time.monotonic()
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=stream, env=self.environment)
        while "Bahi is ready at" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() - begun < READY_SECONDS, self.output.read_text()
            time.sleep(0.1)
        return time.monotonic() - begun

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run `bin/manage` on the same data folder."""
        command = [ROOT / "bin/manage", "--data", self.data, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment)

    def get(self, path: str, host: str = "localhost") -> tuple[int, bytes]:
        """Status and body of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def children(self) -> list[int]:
        """Processes that belong to this data folder, found by their environment or command line."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                if str(self.data).encode() in words and int(folder.name) != os.getpid():
                    found.append(int(folder.name))
        return found

    def pid_of(self, word: str) -> int:
        """The first process with `word` in its command line; it may be just starting."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for pid in sorted(self.children()):
                with contextlib.suppress(OSError):
                    if word in Path(f"/proc/{pid}/cmdline").read_text():
                        return pid
            time.sleep(0.1)
        raise AssertionError(f"no process of {word}:\n{self.output.read_text()}")

    def kill_all(self) -> None:
        """As a power cut: no process of it gets a chance to tidy up."""
        for pid in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "data")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            made.process.wait(30)
    Cluster(made.data / "postgres", Path(sys.prefix)).stop()
    made.kill_all()
    shutil.rmtree((made.data / "postgres").resolve(), ignore_errors=True)  # may stand outside tmp_path


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
