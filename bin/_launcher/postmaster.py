"""What `postmaster.pid` says, and whether the process it names is really this data directory's server."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

READY = "ready"


@dataclass(frozen=True)
class Postmaster:
    """A server process that is alive. `status` is PostgreSQL's own word: starting, ready, stopping …"""

    pid: int
    port: int
    status: str


def running_postmaster(data: Path) -> Postmaster | None:
    """The live server of `data`, or None when there is none or its pid file is stale."""
    lines = _pid_file_lines(data)
    pid = _number(lines, 0)
    if pid is None or not is_server_of(pid, data):
        return None
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(pid, _number(lines, 3) or 0, status)


def drop_stale_pid_file(data: Path) -> bool:
    """Remove a pid file that no server of ours stands behind; True when there was one.

    After a crash its number may have been given to another program, and PostgreSQL would refuse to start
    because of it. To be called only by who holds the start lock: a server just being started has an empty
    file for a moment.
    """
    if running_postmaster(data) is not None or not (data / "postmaster.pid").exists():
        return False
    (data / "postmaster.pid").unlink(missing_ok=True)
    return True


def is_server_of(pid: int, data: Path) -> bool:
    """Whether process `pid` is alive and is the postmaster that works in `data`."""
    if not is_alive(pid):
        return False
    words = _command_line(pid)
    if words and "postgres" in words[0] and {str(data), str(data.resolve())} & set(words):
        return True
    try:
        # A server started by other means (pg_ctl, a service) stands in its data directory.
        return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
    except OSError:
        return False  # no such thing here, or another person's process: not a server on our private directory


def _command_line(pid: int) -> list[str]:
    """The words of a process's command; readable to all on Linux, else asked of `ps`."""
    try:
        return (
            (Path("/proc") / str(pid) / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        )
    except OSError:
        found = subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
        return found.stdout.split()


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        fields = (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return fields.rpartition(")")[2].split()[:1] != ["Z"]


def _number(lines: list[str], index: int) -> int | None:
    try:
        value = int(lines[index])
    except (IndexError, ValueError):
        return None
    return value if value > 0 else None
