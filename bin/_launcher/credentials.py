"""The demo's sign-ins: taken from the output of `load_demo`, kept privately, printed at each start."""

from dataclasses import astuple, dataclass
from pathlib import Path

from .files import write_atomic

PREFIX = "credential\t"
STATE = "state\tdemo\t"
HEADINGS = ("Where", "Role", "E-mail", "Password")


@dataclass(frozen=True)
class Credential:
    """One sign-in: `host` without the port, as `demo.localhost`."""

    host: str
    role: str
    email: str
    password: str


def parse_line(line: str) -> Credential | None:
    """A `credential<TAB>host<TAB>role<TAB>email<TAB>password` line; None for any other line."""
    if not line.startswith(PREFIX):
        return None
    fields = line.rstrip("\r\n").split("\t")[1:]
    return Credential(*fields) if len(fields) == 4 else None


def demo_state(lines: list[str]) -> str:
    """What `setup_database` says of the demo: `active`, `removed`, or `none` (also when it says nothing)."""
    return next((line[len(STATE) :].strip() for line in lines if line.startswith(STATE)), "none")


def store(path: Path, credentials: list[Credential]) -> None:
    """Write the file (0600), one sign-in a line, fields by tabs."""
    write_atomic(path, "".join("\t".join(astuple(entry)) + "\n" for entry in credentials))


def load(path: Path) -> list[Credential]:
    """The kept sign-ins; damaged lines are left out; none when there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = [parse_line(PREFIX + line) for line in lines]
    return [entry for entry in found if entry is not None]


def table(credentials: list[Credential], port: int) -> list[str]:
    """The sign-ins as aligned lines, each with the address to open."""
    rows = [HEADINGS]
    rows += [(f"http://{c.host}:{port}/", c.role, c.email, c.password) for c in credentials]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
