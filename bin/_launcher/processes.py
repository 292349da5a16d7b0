"""Small tools for processes: end with the parent, collect an exit, wait for something."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def end_with_parent(sign: int) -> Callable[[], None] | None:
    """A `preexec_fn` that asks Linux to send `sign` when the parent dies; None elsewhere."""
    if not Path("/proc/self").exists():
        return None
    try:
        import ctypes
    except ImportError:  # a Python built without libffi: a killed launcher then leaves its children behind
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(1, int(sign))  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os.kill(os.getpid(), sign)

    return ask


@contextlib.contextmanager
def ended_on_error(process: subprocess.Popen) -> Iterator[None]:
    """Ask a program to stop when we are interrupted while reading its output, not wait for its end."""
    try:
        yield
    except BaseException:
        process.terminate()
        raise


def end_leftovers(mark: str) -> int:
    """Kill the processes with `mark` (NAME=value) in their environment; how many there were. Linux only.

    They are children of a killed server: job processes that lost their parent still hold connections.
    """
    ended = 0
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            words = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # somebody else's, or gone
            continue
        if mark.encode() in words and pid != os.getpid():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended


def reaped(pid: int) -> int:
    """Collect the exit of a child so that it does not look alive; other processes are left alone."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return pid


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Look every 50 ms until `done`; False when the seconds are over."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
