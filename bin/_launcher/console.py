"""Progress lines on the terminal, and the error that ends a command with a message, not a traceback."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LauncherError(Exception):
    """Something the person at the terminal can put right; its text says what and how."""


_to_stderr = False


def progress_to_stderr() -> None:
    """Keep standard output for the command that is run (`bin/manage dumpdata > file`)."""
    global _to_stderr  # noqa: PLW0603 - one terminal, one choice per process
    _to_stderr = True


def say(text: str = "") -> None:
    """Write one line at once, also when the output is a pipe."""
    print(text, flush=True, file=sys.stderr if _to_stderr else sys.stdout)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step before it begins and its seconds when it is done."""
    say(f"  … {title}")
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"  ✗ {title} (stopped after {time.monotonic() - begun:.1f} s)")
        raise
    say(f"  ✓ {title} ({time.monotonic() - begun:.1f} s)")


def use_utf8() -> None:
    """Print Indian names and our marks also under the C locale of a bare container."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
