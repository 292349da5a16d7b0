"""bin/bench [row …] [--small] [--keep] [--long]: the goals, measured on a production-like server, as a table.

``--keep`` leaves the loaded database behind and takes it again while the schema stays the same.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial

from tests.bench import history, ratios, rows
from tests.bench.jobs import jobs
from tests.bench.provisioning import organisations_many
from tests.bench.row import Row
from tests.bench.small import small
from tests.bench.sockets import sockets
from tests.bench.world import kept_world, make_world
from tests.kit import database

# "sockets" and "memory" come after the others: they start the server anew
ROWS = {**rows.ROWS, "plain_sql": ratios.plain_sql, "tenants": ratios.tenants, "jobs": jobs}
ROWS |= {"sockets": sockets, "memory": rows.memory, "small": small, "organisations": organisations_many}


def read(arguments: list[str]) -> argparse.Namespace:
    """What was asked for: ``row`` (names, all where none is given), ``small``, ``keep``, ``long``."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="The goals, measured, as a table.")
    parser.add_argument("row", nargs="*", metavar="row", help=", ".join(ROWS))
    parser.add_argument("--small", action="store_true", help="5,000 invoices instead of 100,000")
    parser.add_argument("--keep", action="store_true", help="leave the loaded database and take it again")
    parser.add_argument("--long", action="store_true", help="sockets for ten minutes instead of two")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.row) - set(ROWS)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    asked.row = asked.row or list(ROWS)
    return asked


def main(arguments: list[str]) -> int:
    asked = read(arguments)
    count = 5_000 if asked.small else 100_000
    started = time.monotonic()
    results: list[Row] = []
    load = partial(history.load, count=count)
    world = kept_world(count, load) if asked.keep else make_world()
    world.small, world.long = asked.small, asked.long
    try:
        if not asked.keep:
            load(world)
        print(f"loaded in {time.monotonic() - started:.0f} s: {history.shape(world)}", flush=True)
        world.start()
        for name in asked.row:
            try:
                for row in ROWS[name](world):
                    results.append(row)
                    show(row)
            except Exception as error:  # a row that can't be measured must not hide the others
                results.append(Row(name, f"failed: {error}", "", reached=False))
                show(results[-1])
    finally:
        world.stop()
        if not asked.keep:
            database.drop(world.name)
    missed = [row for row in results if not row.reached]
    print(f"{len(results) - len(missed)} of {len(results)} reached")
    return 0


def show(row: Row) -> None:
    print(f"{'✓' if row.reached else '✗'} {row.what:48} {row.figure:34} goal {row.goal}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
