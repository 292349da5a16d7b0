"""The embedded PostgreSQL: one private cluster, started when needed and stopped by its last user.

Safe to interrupt anywhere: the cluster is made beside its place and renamed, passwords are written before
they are used, and a server that was killed is started again with PostgreSQL's own crash recovery.
"""

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from . import postmaster
from .accounts import ServerAccount, server_account
from .binaries import Binaries, find_binaries
from .console import LauncherError, say
from .files import exclusive, try_lock, write_atomic
from .pgsettings import BASE_SETTINGS
from .processes import end_with_parent, reaped, wait_until
from .roles import APP, OWNER, SUPERUSER, provision_statements

SYSTEM_HOME = Path("/var/lib/bahi")
RECOVERY_SECONDS = 600
LONGEST_SOCKET_PATH = 90
LARGEST_LOG = 20 * 1024 * 1024


@dataclass
class Cluster:
    """A cluster whose files stand under `place` (a folder, or a link to one when root's folders are closed).

    `settings` are postgresql.conf entries of ours; `database` is made for the owner role; `venv` has the
    programs.
    """

    place: Path
    venv: Path
    database: str = "bahi"
    settings: dict[str, str] = field(default_factory=dict)
    preferred_port: int = 0
    disposable: bool = False
    _users: int | None = None

    # -- where things are ---

    @property
    def home(self) -> Path:
        """The real folder: data/, run/, server.log, state.json."""
        return self.place.resolve()

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.home / "server.log"

    @property
    def account(self) -> ServerAccount:
        """The system account that owns the data directory and runs the server."""
        return server_account(owner_of=self.data)

    def url(self, role: str, database: str | None = None) -> str:
        """The connection address of a role, as Django settings and psql read it."""
        state = self._state()
        password = quote(state["passwords"][role], safe="")
        return f"postgres://{role}:{password}@127.0.0.1:{state['port']}/{database or self.database}"

    # -- life ---

    def start(self, *, die_with_parent: bool = False) -> bool:
        """Make the cluster when it is new, start it when it is down, count us as a user. True: it was down.

        With `die_with_parent` the server shuts itself down when the calling process is killed (Linux).
        """
        self._make_home()
        with exclusive(self.home / "start.lock", "waiting for another start of PostgreSQL to finish"):
            self._hold()
            self._state()
            programs = find_binaries(self.venv, self.account, self.home, self._major())
            self._init(programs)
            started = self._run(programs, die_with_parent)
            self._provision(programs)
        return started

    def release(self) -> bool:
        """Stop being a user; the last user stops the server. True: the server was stopped."""
        if self._users is None:
            return False
        try:
            last = try_lock(self._users)
            if last:
                self.stop()
            return last
        finally:
            os.close(self._users)
            self._users = None

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, committed work is on disk. Then the harder ways."""
        for sign, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            running = postmaster.running_postmaster(self.data)
            if running is None:
                return
            try:
                os.kill(running.pid, sign)
            except ProcessLookupError:
                return
            wait_until(lambda pid=running.pid: not postmaster.is_alive(reaped(pid)), patience)

    def is_ready(self) -> bool:
        """Whether the server runs and accepts connections."""
        running = postmaster.running_postmaster(self.data)
        return running is not None and running.status == postmaster.READY

    def restart_if_down(self, *, die_with_parent: bool = False) -> bool:
        """Bring a server that died back; True when it had to be done."""
        if self.is_ready():
            return False
        programs = find_binaries(self.venv, self.account, self.home, self._major())
        with exclusive(self.home / "start.lock", "waiting for another start of PostgreSQL to finish"):
            return self._run(programs, die_with_parent)

    # -- steps ---

    def _make_home(self) -> None:
        """Make the folder; under root one that the server's account can reach, with a link to it."""
        if self.place.is_symlink() and not self.place.exists():
            raise LauncherError(
                f"{self.place} points to {os.readlink(self.place)}, which is gone: the database was there. "
                "Put it back, or remove the link to begin with an empty database."
            )
        if self.place.exists():
            self._refuse_closed_home()
            return
        self.place.parent.mkdir(parents=True, exist_ok=True)
        account = server_account()
        if account.switch and not account.may("-x", self.place.parent):
            SYSTEM_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            _drop_orphans(SYSTEM_HOME)
            home = Path(tempfile.mkdtemp(prefix=f"{self.place.name}-", dir=SYSTEM_HOME))
            home.chmod(0o711)
            (home / "linked-from").write_text(f"{self.place}\n", encoding="utf-8")
            if self.disposable:
                (home / "disposable").touch()
            self.place.symlink_to(home)
        else:
            self.place.mkdir(mode=0o711, exist_ok=True)

    def _refuse_closed_home(self) -> None:
        account = self.account
        if account.switch and not account.may("-x", self.home):
            raise LauncherError(
                f"PostgreSQL runs under the system account number {account.uid}, which cannot enter "
                f"{self.home}: one of the folders above is closed to others. Open it (chmod o+x) or move "
                "the data folder."
            )

    def _state(self) -> dict:
        """Port and passwords (0600): made before anything uses them, so that a crash cannot lose them."""
        path = self.home / "state.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            if (self.data / "PG_VERSION").exists():
                raise LauncherError(f"{path} is missing or damaged: it holds the passwords.") from None
        names = (SUPERUSER, OWNER, APP)
        state = {
            "port": self.preferred_port,
            "passwords": {name: secrets.token_urlsafe(24) for name in names},
        }
        self._save(state)
        return state

    def _save(self, state: dict) -> None:
        write_atomic(self.home / "state.json", json.dumps(state, indent=1) + "\n")

    def _hold(self) -> None:
        """Count as a user by a shared lock, which the kernel takes back whatever way we end."""
        if self._users is None:
            self._users = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        wait_until(lambda: try_lock(self._users, shared=True), 60)

    def _major(self) -> int | None:
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def _init(self, programs: Binaries) -> None:
        """initdb into a folder beside, then rename: a half-made cluster never gets the name."""
        if (self.data / "PG_VERSION").exists():
            return
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        account = server_account()
        account.own(half)
        # A pipe would ask for a terminal's patience: initdb reads the password from a file only.
        handle, name = tempfile.mkstemp(dir=self.home)
        try:
            os.write(handle, self._state()["passwords"][SUPERUSER].encode())
            os.close(handle)
            account.own(Path(name))
            command = [
                programs.program("initdb"),
                "-D",
                str(half),
                "-U",
                SUPERUSER,
                f"--pwfile={name}",
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
                *_locale(programs.major),
                *(["--no-sync"] if self.disposable else []),
            ]
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env=_environment(),
                **account.popen_arguments(),
            )
        finally:
            Path(name).unlink(missing_ok=True)
        if result.returncode:
            raise LauncherError(f"initdb failed:\n{result.stdout[-500:]}{result.stderr[-1500:]}")
        with (half / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude_if_exists = 'bahi.conf'   # written by Bahi at each start\n")
        half.rename(self.data)

    def _run(self, programs: Binaries, die_with_parent: bool) -> bool:
        """Use the live server or start one; several tries, for the last one's children may still be going."""
        for attempt in range(8):
            running = postmaster.running_postmaster(self.data)
            if running is not None:
                if self._await_ready(running.pid):
                    self._remember_port()
                    return attempt > 0
                continue
            postmaster.drop_stale_pid_file(self.data)
            self._write_settings()
            process = self._spawn(programs, die_with_parent)
            if self._await_ready(process.pid):
                self._remember_port()
                return True
            time.sleep(0.3 * (attempt + 1))
        raise LauncherError(f"PostgreSQL does not start. The end of {self.log}:\n{self._log_tail()}")

    def _spawn(self, programs: Binaries, die_with_parent: bool) -> subprocess.Popen:
        state = self._state()
        port = state["port"]
        if not port or not _is_free(port):
            state["port"] = port = free_port()
            self._save(state)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        ask = end_with_parent(signal.SIGINT) if die_with_parent else None
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return subprocess.Popen(
                [programs.program("postgres"), "-D", str(self.data), "-p", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                preexec_fn=ask,  # noqa: PLW1509 - one system call, no lock
                **self.account.popen_arguments(),
            )
        finally:
            os.close(log)

    def _write_settings(self) -> None:
        """Our settings in a file of their own: the operator's entries in postgresql.conf stay visible."""
        account = self.account
        run = self.home / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        account.own(run)
        # A Unix socket's path is limited to 107 bytes; without one the loopback address does the same.
        sockets = str(run) if len(os.fsencode(run)) < LONGEST_SOCKET_PATH else ""
        settings = {"unix_socket_directories": sockets, **BASE_SETTINGS, **self.settings}
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        path = self.data / "bahi.conf"
        write_atomic(path, "# Written by Bahi at each start.\n" + "\n".join(lines) + "\n")
        account.own(path)

    def _await_ready(self, pid: int) -> bool:
        """Wait until the server `pid` says that it is ready; False when it ended or is shutting down."""
        begun = time.monotonic()
        told = False
        while time.monotonic() - begun < RECOVERY_SECONDS:
            running = postmaster.running_postmaster(self.data)
            if running is not None and running.pid == pid and running.status == postmaster.READY:
                return True
            if not postmaster.is_alive(reaped(pid)):
                return False
            if time.monotonic() - begun > 5 and not told:
                say("  … PostgreSQL is recovering its last state")
                told = True
            time.sleep(0.05)
        return False

    def _remember_port(self) -> None:
        running = postmaster.running_postmaster(self.data)
        state = self._state()
        if running is not None and running.port and running.port != state["port"]:
            state["port"] = running.port
            self._save(state)

    def _provision(self, programs: Binaries) -> None:
        """Roles, database and extensions, each only where it is missing."""
        done = self.home / "provisioned"
        statements = provision_statements(self.database, "", "")
        wanted = hashlib.sha256(repr(statements).encode()).hexdigest()
        if done.exists() and done.read_text(encoding="utf-8") == wanted:
            return
        passwords = self._state()["passwords"]
        for database, sql in provision_statements(self.database, passwords[OWNER], passwords[APP]):
            self.psql(programs, database, sql)
        done.write_text(wanted, encoding="utf-8")

    def superuser_sql(self, sql: str) -> str:
        """Run SQL in the running cluster as its superuser; returns the rows, one a line."""
        programs = find_binaries(self.venv, self.account, self.home, self._major())
        return self.psql(programs, "postgres", sql)

    def psql(self, programs: Binaries, database: str, sql: str) -> str:
        """Run SQL as the superuser; it travels by standard input, the password by the environment."""
        state = self._state()
        environment = {**_environment(), "PGPASSWORD": state["passwords"][SUPERUSER]}
        command = [
            programs.program("psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-p",
            str(state["port"]),
            "-U",
            SUPERUSER,
            "-d",
            database,
        ]
        result = subprocess.run(
            command, input=sql, env=environment, capture_output=True, text=True, check=False, cwd="/"
        )
        if result.returncode:
            raise LauncherError(f"PostgreSQL refused a set-up statement: {result.stderr.strip()}")
        return result.stdout

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        except FileNotFoundError:
            return "(no log)"


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _locale(major: int) -> list[str]:
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C"]


def _environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs: no PG* variable of the caller may redirect them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "LANG": "C"}


def _drop_orphans(folder: Path) -> None:
    """Remove disposable clusters whose data folder is gone (deleted test checkouts)."""
    for home in folder.iterdir():
        link = home / "linked-from"
        if not (home / "disposable").exists() or not link.exists():
            continue
        place = Path(link.read_text(encoding="utf-8").strip())
        if place.is_symlink() and place.resolve() == home.resolve():
            continue
        if postmaster.running_postmaster(home / "data") is None:
            shutil.rmtree(home, ignore_errors=True)
