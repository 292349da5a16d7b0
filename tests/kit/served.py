"""`bin/serve` as a person runs it, on a data folder of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT / "bin") not in sys.path:
    sys.path.insert(0, str(ROOT / "bin"))  # the launcher is no installed package

from _launcher.postgres import Cluster, free_port  # noqa: E402 - after the path is set
from _launcher.postmaster import running_postmaster  # noqa: E402 - after the path is set

READY_SECONDS = 180  # a bound for the wait, on a machine with other work; the goal is measured by the bench
BUSY_SECONDS = 300  # for tests that don't ask how long the first start takes


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

    @property
    def cluster(self) -> Cluster:
        """Its PostgreSQL."""
        return Cluster(self.data / "postgres", Path(sys.prefix))

    @property
    def database_pid(self) -> int | None:
        """The process of PostgreSQL that takes connections."""
        running = running_postmaster(self.cluster.data)
        return running.pid if running and running.status == "ready" else None

    def start(self, patience: float = READY_SECONDS) -> float:
        """Start it and return the seconds until it says that it is ready."""
        command = [ROOT / "bin/serve", "--no-demo", "--data", self.data, "--port", str(self.port)]
        begun = time.monotonic()
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=stream, env=self.environment)
        while "Bahi is ready at" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() - begun < patience, self.output.read_text()
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


@contextlib.contextmanager
def served(data: Path) -> Iterator[Server]:
    """A server on this folder, not yet started; stopped and forgotten afterwards."""
    made = Server(data)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                made.process.wait(30)
        made.cluster.stop()
        made.kill_all()
        shutil.rmtree((made.data / "postgres").resolve(), ignore_errors=True)  # may stand outside tmp_path
