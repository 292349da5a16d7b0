"""`bin/bench`: the benchmarks, on a cluster of their own with fsync on."""

from .environment import BASE, DEV, ensure_environment
from .layout import layout_for
from .manage import run_foreground, take_data
from .services import databases, environment_for, side_cluster


def main(arguments: list[str]) -> int:
    """Run `python -m tests.bench` with the given arguments. Returns its exit code."""
    data, arguments = take_data(arguments)
    layout = layout_for(data)
    ensure_environment(layout, (BASE, DEV))
    with databases(side_cluster(layout, "pgbench", durable=True), superuser=True) as variables:
        command = [str(layout.python), "-m", "tests.bench", *arguments]
        return run_foreground(command, environment_for(layout, variables), layout)
