"""bin/bench [row …] [--small]: measures the goals on a production-like server and prints a table."""

from __future__ import annotations

import sys
import time

from tests.bench import history
from tests.bench.row import Row
from tests.bench.rows import ROWS
from tests.bench.world import make_world
from tests.kit import database


def main(arguments: list[str]) -> int:
    small = "--small" in arguments
    wanted = [name for name in arguments if not name.startswith("-")] or list(ROWS)
    unknown = sorted(set(wanted) - set(ROWS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(ROWS)}")
        return 2
    started = time.monotonic()
    world = make_world()
    world.small = small
    results: list[Row] = []
    try:
        history.load_invoices(world, 5_000 if small else 100_000)
        history.load_moves(world, 5_000 if small else 100_000)
        history.settle(world)
        print(f"loaded in {time.monotonic() - started:.0f} s: {history.shape(world)}", flush=True)
        world.start()
        for name in wanted:
            try:
                for row in ROWS[name](world):
                    results.append(row)
                    show(row)
            except Exception as error:  # a row that can't be measured must not hide the others
                results.append(Row(name, f"failed: {error}", "", reached=False))
                show(results[-1])
    finally:
        world.stop()
        database.drop(world.name)
    missed = [row for row in results if not row.reached]
    print(f"{len(results) - len(missed)} of {len(results)} reached")
    return 0


def show(row: Row) -> None:
    print(f"{'✓' if row.reached else '✗'} {row.what:48} {row.figure:34} goal {row.goal}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
