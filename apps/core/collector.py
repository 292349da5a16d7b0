"""How often Python looks for garbage that refers to itself, in processes that live long."""

from __future__ import annotations

import gc

OBJECTS_BETWEEN = 5_000
"""Python's own 700 are reached ten times within a page of a list, whose rows are all in use then: a fifth of
its time went into looking at them. What waits a little longer is a megabyte at most."""


def collector_settle() -> None:
    """Once all is loaded: what is there stays out of the collector's sight, and it looks less often.

    A collection writes to each object that it looks at, and so copies its page into every forked process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN)
