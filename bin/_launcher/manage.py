"""`bin/manage`: manage.py in the installation's environment, PostgreSQL as it was found."""

import signal
import subprocess

from .console import LauncherError, progress_to_stderr
from .environment import ensure_environment
from .layout import Layout, layout_for
from .services import databases, environment_for, main_cluster


def main(arguments: list[str]) -> int:
    """Run one management command; `--data DIR` may stand before it. Returns its exit code."""
    progress_to_stderr()
    data, arguments = take_data(arguments)
    layout = layout_for(data)
    ensure_environment(layout)
    with databases(main_cluster(layout)) as variables:
        command = [str(layout.python), "manage.py", *arguments]
        return run_foreground(command, environment_for(layout, variables), layout)


def take_data(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Split a leading `--data DIR` or `--data=DIR` from the arguments of the command that is run."""
    if arguments[:1] == ["--data"]:
        if len(arguments) < 2:
            raise LauncherError("--data needs a folder.")
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--data="):
        return arguments[0].removeprefix("--data="), arguments[1:]
    return None, arguments


def run_foreground(command: list[str], environment: dict[str, str], layout: Layout) -> int:
    """Run a program on this terminal. Ctrl-C reaches it, TERM is passed on; we outlive it to tidy."""
    process = subprocess.Popen(command, cwd=layout.root, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, _frame: process.send_signal(number))
    code = process.wait()
    return 128 - code if code < 0 else code
