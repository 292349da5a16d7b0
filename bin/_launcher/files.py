"""Private files and locks in the data folder."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say


def write_atomic(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace `path` by `text` in one step: a crash leaves the old file or the new one, never a half."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The text of a private file, made once. An empty file (a full disk, a crash) counts as absent."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        text = ""
    if not text:
        text = make()
        write_atomic(path, text + "\n")
    return text


@contextmanager
def exclusive(path: Path, waiting: str) -> Iterator[None]:
    """Hold the lock file `path`; say `waiting` once when another process has it. Freed also by kill -9."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        if not try_lock(stream.fileno()):
            say(f"  … {waiting}")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file without waiting; False when somebody else holds it."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True
