"""The virtual environment in the data folder: made once, updated when a requirement file changes."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import LauncherError, step
from .files import exclusive, write_atomic
from .installer import install
from .layout import Layout

BASE = Path("requirements.txt")
DEV = Path("requirements/dev.txt")
S3 = Path("requirements/s3.txt")
_NAMES_A_BUCKET = re.compile(
    r"^\s*(?:export\s+)?BAHI_(?:BACKUP|FILES)_(?:TARGET|FORMER)\s*=\s*['\"]?s3://", re.MULTILINE
)


def files_to_serve(root: Path) -> list[Path]:
    """The packages that this installation needs: those for buckets only where its settings name one."""
    own = root / ".env"
    lines = [f"{name}={value}" for name, value in os.environ.items()]
    if own.is_file():
        lines.append(own.read_text(encoding="utf-8"))
    return [BASE, S3] if _NAMES_A_BUCKET.search("\n".join(lines)) else [BASE]


def ensure_environment(layout: Layout, files: Iterable[Path] | None = None) -> None:
    """Make `layout.venv` hold what `files` pin, else what serving needs. Costs nothing when it already does.

    A run that was interrupted while packages were being written leaves a mark; the next run then builds the
    folder afresh (from the installer's cache), because a half-written package looks installed.
    """
    layout.make()
    wanted = [layout.root / name for name in (files_to_serve(layout.root) if files is None else files)]
    with exclusive(layout.lock, "waiting for another run to finish setting up this data folder"):
        venv = layout.venv
        if not _is_usable(venv):
            with step("Making the Python environment"):
                _make(venv)
        for path in wanted:
            _install(layout, path)


def requirements_hash(path: Path) -> str:
    """Hash of a requirement file and of those that it includes, without comments and order of blank lines."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for line in _lines(path):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _lines(path: Path) -> Iterator[str]:
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from _lines(path.parent / line[3:].strip())
        elif line:
            yield line


def _is_usable(venv: Path) -> bool:
    """Made completely, by this minor version of Python, its interpreter still there, not half written."""
    made = venv / ".bahi-made"
    if not made.exists() or (venv / ".bahi-installing").exists() or not (venv / "bin" / "python").exists():
        return False
    return made.read_text(encoding="utf-8").strip() == _interpreter()


def _interpreter() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _make(venv: Path) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    # The interpreter's real path: a venv made from inside another one would depend on that one.
    base = getattr(sys, "_base_executable", None) or sys.executable
    # Without pip: unpacking one for each environment takes six seconds, and any pip can serve this one.
    command = [base, "-m", "venv", "--without-pip", str(venv)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LauncherError(
            f"Python cannot make a virtual environment: {(result.stdout + result.stderr).strip()[-400:]}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    write_atomic(venv / ".bahi-made", _interpreter() + "\n", mode=0o644)


def _install(layout: Layout, path: Path) -> None:
    mark = layout.venv / f".bahi-{path.stem}"
    wanted = requirements_hash(path)
    if mark.exists() and mark.read_text(encoding="utf-8").strip() == wanted:
        return
    total = len(list(_lines(path)))
    with step(f"Installing {total} pinned packages from {path.relative_to(layout.root)}"):
        installing = layout.venv / ".bahi-installing"
        installing.touch()
        install(layout, path, total)
        write_atomic(mark, wanted + "\n", mode=0o644)
        installing.unlink()
