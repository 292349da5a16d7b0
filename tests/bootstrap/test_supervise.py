"""The supervisor with small programs in place of web and worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from _launcher.postgres import free_port
from _launcher.processes import end_leftovers
from _launcher.supervise import Child, Supervisor, answers

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
print("web listens", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def _child(name: str, code: str, *arguments: str, essential: bool = False) -> Child:
    command = [sys.executable, "-c", code, *arguments]
    return Child(name, command, {"PATH": os.defpath}, Path.cwd(), essential=essential)


@pytest.fixture
def kept_signals():
    """The supervisor takes over signal handlers; give pytest its own back."""
    signs = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {sign: signal.getsignal(sign) for sign in signs}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


def _later(seconds: float, action) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


def _until(condition, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


@pytest.mark.usefixtures("kept_signals")
def test_dead_web_and_worker_come_back_and_a_signal_stops_all(capsys):
    port = free_port()
    web = _child("web", WEB, str(port), essential=True)
    worker = _child("worker", "import time; print('at work', flush=True); time.sleep(60)")
    seen: list[int] = []

    def play() -> None:
        _until(lambda: seen)
        first = web.process.pid
        os.kill(first, signal.SIGKILL)
        os.kill(worker.process.pid, signal.SIGKILL)
        _until(lambda: web.process and web.process.pid != first and answers(port))
        seen.append(web.process.pid)
        _until(lambda: worker.process is not None and worker.process.poll() is None)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=play, daemon=True).start()
    code = Supervisor([web, worker], port, lambda: seen.append(web.process.pid)).run()
    assert code == 0
    assert len(set(seen)) == 2
    assert web.process.poll() is not None
    assert worker.process.poll() is not None
    output = capsys.readouterr().out
    assert "web    | web listens" in output
    assert "web ended with code -9; starting it again" in output


@pytest.mark.usefixtures("kept_signals")
def test_web_that_never_answers_stops_everything_with_its_output(capsys):
    web = _child("web", "import sys; sys.exit('no such module')", essential=True)
    worker = _child("worker", "import time; time.sleep(60)")
    assert Supervisor([web, worker], free_port(), lambda: None).run() == 1
    assert worker.process.poll() is not None
    output = capsys.readouterr().out
    assert "does not stay up" in output
    assert "web    | no such module" in output


@pytest.mark.usefixtures("kept_signals")
def test_the_database_is_looked_after_while_serving():
    looked: list[float] = []
    supervisor = Supervisor([], free_port(), lambda: None, lambda: looked.append(time.monotonic()))
    _later(2.6, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert supervisor.run() == 0
    assert len(looked) >= 2


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_what_a_killed_run_left_behind_is_ended_and_nothing_else():
    mark = f"BAHI_SERVED_FROM=/nowhere/{os.getpid()}"
    name, _, value = mark.partition("=")
    ours = subprocess.Popen(["sleep", "60"], env={name: value, "PATH": os.defpath})
    other = subprocess.Popen(["sleep", "60"], env={name: value + "/else", "PATH": os.defpath})
    try:
        assert end_leftovers(mark) == 1
        assert ours.wait(timeout=5) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
