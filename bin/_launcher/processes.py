"""Small tools for processes: end with the parent, collect an exit, wait for something."""

import contextlib
import os
import time
from collections.abc import Callable
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
