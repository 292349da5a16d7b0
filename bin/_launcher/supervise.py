"""Run web and worker in the foreground until somebody says stop; bring back what dies."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from .console import say
from .processes import end_with_parent

STOP_SECONDS = 12
QUICK_DEATH_SECONDS = 15
USELESS_STARTS_ALLOWED = 3
LONGEST_WAIT = 5.0


@dataclass
class Child:
    """A process of ours. `essential`: when it cannot stay up at all, everything stops with a message."""

    name: str
    command: list[str]
    environment: dict[str, str]
    cwd: Path
    essential: bool = False
    process: subprocess.Popen | None = None
    started: float = 0.0
    useless_starts: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, its output prefixed line by line."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
        threading.Thread(target=self._stream, args=(self.process,), daemon=True).start()

    def _stream(self, process: subprocess.Popen) -> None:
        for line in process.stdout or ():
            say(f"{self.name:<6} | {line.rstrip()}")

    def ask_to_stop(self) -> None:
        """TERM to it alone: it stops its own children in its own order (the job cluster hangs otherwise)."""
        if self.process is not None:
            self.process.terminate()

    def kill_group(self) -> None:
        """End it and whatever it left behind."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def died(self) -> bool:
        """Whether it ran and has ended."""
        return self.process is not None and self.process.poll() is not None


@dataclass
class Supervisor:
    """Keeps `children` up. `on_live` is called once, when `port` first answers /health/live.

    `host` is where web listens. `keep_database` is called about every second; it brings a dead server back.
    """

    children: list[Child]
    port: int
    on_live: Callable[[], None]
    keep_database: Callable[[], None] = lambda: None
    host: str = "127.0.0.1"
    _stop: threading.Event = field(default_factory=threading.Event)
    _live: bool = False
    _announced: bool = False

    def run(self) -> int:
        """Until a signal or the end of an essential child; returns the exit code of the command."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._asked_to_stop)
        code = 0
        try:
            for child in self.children:
                child.start()
            looked = 0.0
            while not self._stop.wait(0.2):
                if not all(self._keep_up(child) for child in self.children):
                    code = 1
                    break
                self._look_whether_live()
                if time.monotonic() - looked > 1:
                    looked = time.monotonic()
                    self.keep_database()
        finally:
            self._stop_children()
        return code

    def _asked_to_stop(self, sign: int, _frame: FrameType | None) -> None:
        if self._stop.is_set() and sign == signal.SIGINT:
            for child in self.children:
                child.kill_group()
        self._stop.set()

    def _keep_up(self, child: Child) -> bool:
        """Restart a dead child, later each time it dies at once. False: essential and never gets to work."""
        if child.process is None:
            if time.monotonic() >= child.not_before:
                child.start()
            return True
        if not child.died():
            return True
        code = child.process.returncode
        child.kill_group()  # what it may have left behind
        child.useless_starts = child.useless_starts + 1 if self._was_useless(child) else 0
        if child.essential:
            self._live = False
            if child.useless_starts >= (USELESS_STARTS_ALLOWED if self._announced else 1):
                say(f"{child.name} ended with code {code} and does not stay up; its output is above.")
                return False
        wait = min(LONGEST_WAIT, float(child.useless_starts))
        say(f"{child.name} ended with code {code}; starting it again{f' in {wait:.0f} s' if wait else ''}")
        child.process = None
        child.not_before = time.monotonic() + wait
        return True

    def _was_useless(self, child: Child) -> bool:
        """Whether it died before it did anything: web that never answered, a worker of a few seconds."""
        if child.essential:
            return not self._live
        return time.monotonic() - child.started < QUICK_DEATH_SECONDS

    def _look_whether_live(self) -> None:
        if self._live or not answers(self.port, self.host):
            return
        self._live = True
        if not self._announced:
            self._announced = True
            self.on_live()

    def _stop_children(self) -> None:
        say("Stopping …")
        for child in self.children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{child.name} does not stop; ending it")
            child.kill_group()
            child.process.wait()
        sys.stdout.flush()


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether our web process answers 200 to /health/live; every address includes the loopback one."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
    connection = http.client.HTTPConnection(asked, port, timeout=2)
    try:
        connection.request("GET", "/health/live", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
