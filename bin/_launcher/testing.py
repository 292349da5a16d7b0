"""`bin/test`: pytest in the installation's environment, on a test cluster of its own."""

import re
import shutil
from pathlib import Path

from .console import say
from .environment import BASE, DEV, ensure_environment
from .layout import layout_for
from .manage import run_foreground, take_data
from .memory import tablespace_in_memory
from .postgres import Cluster
from .postmaster import is_alive
from .services import databases, environment_for, named_databases, side_cluster

SLOW_MARKERS = ("full", "browser", "race", "redis")
PROGRAMS = {
    "browser": (("chromium", "chromium-browser", "google-chrome"), "Chromium is not installed"),
    "redis": (("redis-server",), "redis-server is not installed"),
}
WORKERS = ("-n", "2")
TEMPLATES_KEPT = 3


def main(arguments: list[str]) -> int:
    """Run the fast tier, or all with `--full`; further arguments go to pytest. Returns pytest's exit code."""
    data, arguments = take_data(arguments)
    full = "--full" in arguments
    arguments = [argument for argument in arguments if argument != "--full"]
    layout = layout_for(data)
    ensure_environment(layout, (BASE, DEV))
    selection, notes = select(arguments, full=full, missing=missing_programs())
    for note in notes:
        say(f"Left out: {note}")
    cluster = side_cluster(layout, "pgtest", durable=False)
    with databases(cluster, superuser=True) as variables:
        environment = environment_for(layout, variables)
        if not named_databases():
            drop_remains(cluster)
            environment["BAHI_TEST_TABLESPACE"] = tablespace_in_memory(cluster)
        return run_foreground([str(layout.python), "-m", "pytest", *selection], environment, layout)


def drop_remains(cluster: Cluster) -> list[str]:
    """Drop copies of runs that were killed, and all but the newest templates; returns their names.

    Copies are named bahi_run_<checkout>_<process>_<worker>, templates bahi_tpl_<key>.
    """
    names = cluster.superuser_sql(
        "SELECT datname FROM pg_database WHERE datname LIKE 'bahi%' ORDER BY oid"
    ).split()
    templates = [name for name in names if re.fullmatch(r"bahi_tpl_[0-9a-f]+", name)]
    copies = [re.fullmatch(r"bahi_run_[0-9a-f]+_(\d+)_\w+", name) for name in names]
    dead = [copy.group() for copy in copies if copy and not is_alive(int(copy.group(1)))]
    doomed = [*templates[:-TEMPLATES_KEPT], *dead]
    for name in doomed:
        cluster.superuser_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return doomed


def missing_programs() -> dict[str, str]:
    """Markers whose outside program is not here, with the reason in words."""
    return {
        marker: reason
        for marker, (names, reason) in PROGRAMS.items()
        if not any(shutil.which(name) for name in names)
    }


def select(arguments: list[str], *, full: bool, missing: dict[str, str]) -> tuple[list[str], list[str]]:
    """pytest's arguments with the marker expression and the number of workers, and notes on what is left out.

    With `-m` or a test named by `::` the caller decides; a slow suite may also be named by its folder
    (tests/browser). What lacks its program is never run.
    """
    expression, rest = _take_marker(arguments)
    decided = full or bool(expression) or any("::" in argument for argument in rest)
    asked = [marker for marker in SLOW_MARKERS if decided or _in_paths(marker, rest)]
    lacking = [marker for marker in asked if marker in missing]
    slow = [marker for marker in SLOW_MARKERS if marker not in asked]
    notes = [f"{marker} tests: {missing[marker]}" for marker in lacking]
    if slow:
        notes.append(f"{', '.join(slow)} tests: not in the fast tier (bin/test --full runs them)")
    excluded = [f"not {marker}" for marker in SLOW_MARKERS if marker in lacking or marker in slow]
    parts = ([f"({expression})"] if expression else []) + excluded
    chosen = ["-m", " and ".join(parts)] if parts else []
    return [*_workers(rest), *chosen, *rest], notes


def _take_marker(arguments: list[str]) -> tuple[str, list[str]]:
    rest = list(arguments)
    for index, argument in enumerate(rest):
        if argument == "-m" and index + 1 < len(rest):
            return rest[index + 1], rest[:index] + rest[index + 2 :]
        if argument.startswith("-m="):
            return argument[3:], rest[:index] + rest[index + 1 :]
    return "", rest


def _in_paths(marker: str, rest: list[str]) -> bool:
    return any(marker in Path(argument.partition("::")[0]).parts for argument in rest)


def _workers(rest: list[str]) -> tuple[str, ...]:
    own = any(word.startswith(("-n", "--numprocesses", "--pdb", "--collect-only", "--co")) for word in rest)
    return () if own else WORKERS
