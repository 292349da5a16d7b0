"""The system account for PostgreSQL when root starts Bahi (PostgreSQL refuses to run as root)."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN_ACCOUNT = "bahi-postgres"
FALLBACKS = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server; `switch` is False when that is simply the person who started the command."""

    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments of `subprocess` that run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def may(self, test: str, path: Path) -> bool:
        """Whether this account passes `test -r|-w|-x path`, asked of the kernel in a child process."""
        result = subprocess.run(["test", test, str(path)], cwd="/", check=False, **self.popen_arguments())
        return result.returncode == 0

    def own(self, path: Path) -> None:
        """Hand a folder that was just made to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def server_account(owner_of: Path | None = None) -> ServerAccount:
    """The account for the server. An existing data directory keeps the owner it has (`owner_of`)."""
    if os.geteuid() != 0:
        return ServerAccount(os.geteuid(), os.getegid(), switch=False)
    if owner_of is not None and owner_of.exists() and owner_of.stat().st_uid != 0:
        entry = owner_of.stat()
        return ServerAccount(entry.st_uid, entry.st_gid, switch=True)
    for name in (OWN_ACCOUNT, *FALLBACKS):
        if name == OWN_ACCOUNT:
            _ensure_own_account()
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerAccount(found.pw_uid, found.pw_gid, switch=True)
    return ServerAccount(65534, 65534, switch=True)


def _ensure_own_account() -> None:
    try:
        pwd.getpwnam(OWN_ACCOUNT)
    except KeyError:
        program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
        if program is None:
            return
        arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(
            [program, *arguments, "--shell", "/usr/sbin/nologin", OWN_ACCOUNT],
            check=False,
            capture_output=True,
        )
