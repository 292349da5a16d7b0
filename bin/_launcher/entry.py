"""The common frame of all commands: readable errors, Ctrl-C, exit codes."""

import sys
from collections.abc import Callable

from .console import LauncherError, say, use_utf8


def run(command: Callable[[list[str]], int]) -> None:
    """Run a command with the arguments of the process and leave with its exit code."""
    use_utf8()
    try:
        code = command(sys.argv[1:])
    except LauncherError as error:
        say(f"\n{error}")
        code = 1
    except KeyboardInterrupt:
        say("\nStopped.")
        code = 130
    sys.exit(code)
