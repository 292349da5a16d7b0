"""`bin/serve`: from a bare machine to a running Bahi, in the foreground."""

import argparse
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType

from . import credentials
from .console import LauncherError, say, step
from .environment import BASE, ensure_environment, requirements_hash
from .files import try_lock
from .layout import Layout, layout_for
from .postgres import Cluster
from .processes import end_leftovers, ended_on_error
from .services import databases, environment_for, main_cluster, named_databases, small_profile
from .supervise import Child, Supervisor


def main(arguments: list[str]) -> int:
    """Parse the options, set up what is missing, serve until Ctrl-C. Returns the exit code."""
    options = _parser().parse_args(arguments)
    layout = layout_for(options.data)
    layout.make()
    served = {"BAHI_SERVED_FROM": str(layout.data)}
    with _only_one(layout):
        if end_leftovers(f"BAHI_SERVED_FROM={layout.data}"):
            say("Ended processes that an earlier, killed run had left behind")
        _refuse_busy_port(options.host, options.port)
        begun = time.monotonic()
        say(f"Bahi – data folder {layout.data}")
        with _ended_by_signals():
            ensure_environment(layout)
        cluster = main_cluster(layout)
        with _ended_by_signals(), databases(cluster, die_with_parent=True) as variables:
            environment = {**environment_for(layout, variables), **served, "BAHI_PORT": str(options.port)}
            with _static_collected(layout, environment), step("Preparing the database"):
                demo = credentials.demo_state(_manage(layout, environment, "setup_database"))
            if demo != "active":  # sign-ins of a demo that is gone, or of another database
                layout.credentials.unlink(missing_ok=True)
            known = credentials.load(layout.credentials)
            if not options.no_demo and demo != "removed" and not known:
                with step("Loading the demo organisation"):
                    _load_demo(layout, environment)
            return _serve(layout, environment, options, cluster, begun)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/serve", description="Install what is missing and run Bahi.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument(
        "--data", metavar="DIR", help="data folder (default $BAHI_DATA, else .bahi in the checkout)"
    )
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo organisation")
    return parser


@contextlib.contextmanager
def _only_one(layout: Layout) -> Iterator[None]:
    """One server per data folder; the lock goes with the process, also by kill -9."""
    with layout.serving.open("a+") as stream:
        if not try_lock(stream.fileno()):
            stream.seek(0)
            who = stream.read().strip() or "another process"
            raise LauncherError(f"Bahi is already running from {layout.data} ({who}).")
        stream.truncate(0)
        stream.write(f"process {os.getpid()}")
        stream.flush()
        yield


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """TERM and HUP end the set-up as Ctrl-C does: by an exception that unwinds and stops PostgreSQL."""

    def interrupt(_sign: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, interrupt)
    yield


def _refuse_busy_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise LauncherError(f"--host {host}: {error.strerror or error}") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise LauncherError(
                f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port."
            ) from None


def _manage(layout: Layout, environment: dict[str, str], *arguments: str) -> list[str]:
    """Run a management command; its lines are shown as progress, those for us are returned instead."""
    kept: list[str] = []
    with _managing(layout, environment, *arguments) as process:
        for line in process.stdout or ():
            if line.startswith((credentials.PREFIX, credentials.STATE)):
                kept.append(line)
            elif line.strip():
                say(f"      {line.strip()}")
    if process.returncode:
        raise LauncherError(f"manage.py {arguments[0]} failed (code {process.returncode}); see above.")
    return kept


@contextlib.contextmanager
def _managing(
    layout: Layout, environment: dict[str, str], *arguments: str
) -> Iterator["subprocess.Popen[str]"]:
    """A management command that runs beside the work within; it has ended, or was ended, afterwards."""
    with (
        subprocess.Popen(
            [str(layout.python), "manage.py", *arguments],
            cwd=layout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
        ended_on_error(process),
    ):
        yield process


@contextlib.contextmanager
def _static_collected(layout: Layout, environment: dict[str, str]) -> Iterator[None]:
    """Beside the work within, put style sheets and scripts under names with their hash.

    Only when a file or a package changed. It needs no database, and the machine has a second core.
    """
    mark = layout.data / "static" / ".collected"
    wanted = static_fingerprint(layout)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        yield
        return
    with _managing(layout, environment, "collectstatic", "--noinput", "--verbosity=0") as process:
        yield
        said = process.communicate()[0]
    if process.returncode:
        raise LauncherError(f"Style sheets and scripts could not be collected:\n{said.strip()[-2000:]}")
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(wanted, encoding="utf-8")


def static_fingerprint(layout: Layout) -> str:
    """Changes with each of our static files (name, size, time) and with the pinned packages."""
    digest = hashlib.sha256(requirements_hash(layout.root / BASE).encode())
    folders = [layout.root / "static", *sorted((layout.root / "apps").glob("*/static"))]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        entry = path.stat()
        digest.update(f"{path.relative_to(layout.root)} {entry.st_size} {entry.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _load_demo(layout: Layout, environment: dict[str, str]) -> None:
    """Load the demo and keep its sign-ins."""
    lines = _manage(layout, environment, "load_demo")
    found = [entry for entry in map(credentials.parse_line, lines) if entry is not None]
    if found:
        credentials.store(layout.credentials, found)


def _serve(
    layout: Layout, environment: dict[str, str], options: argparse.Namespace, cluster: Cluster, begun: float
) -> int:
    python = str(layout.python)
    web = [
        python,
        "-m",
        "uvicorn",
        "config.asgi:application",
        "--host",
        options.host,
        "--port",
        str(options.port),
        "--lifespan",
        "off",
        "--no-access-log",
        "--log-level",
        "warning",
        "--timeout-graceful-shutdown",
        "5",
        "--ws-max-size",
        "1048576",
    ]
    children = [
        Child("web", web, _web_environment(environment), layout.root, essential=True),
        Child("worker", [python, "manage.py", "run_worker"], environment, layout.root),
    ]

    def announce() -> None:
        _print_sign_ins(layout, options.port)
        seconds = time.monotonic() - begun
        address = shown_address(options.host, options.port)
        say(f"Bahi is ready at {address}  ({seconds:.1f} s; Ctrl-C stops it)")

    def keep_database() -> None:
        if cluster.restart_if_down(die_with_parent=True):
            say("PostgreSQL had ended; it was started again")

    with step("Starting web and worker"):
        supervisor = Supervisor(children, options.port, announce, host=options.host)
        if not named_databases():
            supervisor.keep_database = keep_database
    if small_profile():
        say("  Profile: small")
    return supervisor.run()


def shown_address(host: str, port: int) -> str:
    """The address to open: organisations are names under localhost wherever that reaches us."""
    local = host in ("0.0.0.0", "::", "127.0.0.1", "::1", "localhost")  # noqa: S104 - compared, not listened on
    name = "localhost" if local else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def _web_environment(environment: dict[str, str]) -> dict[str, str]:
    """Pooled connections, and never the owner's role: what serves people cannot change tables."""
    kept = {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}
    return {**kept, "BAHI_WEB_POOL": "1"}


def _print_sign_ins(layout: Layout, port: int) -> None:
    known = credentials.load(layout.credentials)
    if not known:
        return
    say(f"\nDemo sign-ins (kept in {layout.credentials}):")
    for line in credentials.table(known, port):
        say(f"  {line}")
    say()
    sys.stdout.flush()
