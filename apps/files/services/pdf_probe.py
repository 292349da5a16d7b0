"""Looks at one PDF from standard input and says a word about it: good, locked, empty, program or damaged.

A program of its own, run by ``kinds.pdf``: a PDF of a megabyte may unpack to many gigabytes, and what reads
it is native code. Here it has a limit of memory and time, no environment and no secrets.
"""

from __future__ import annotations

import io
import sys
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 20
AT_ONCE = ("/JavaScript", "/Launch")


def word_of(content: bytes) -> str:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if not len(document.pages):
                return "empty"
            return "program" if _runs_something(document) else "good"
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError, MemoryError):
        return "damaged"


def _runs_something(document: Any) -> bool:
    """A script of the whole document, one that runs when it or a page is opened, or a call of a program."""
    root = document.Root
    names = root.get("/Names")
    if _is_table(names) and "/JavaScript" in names:
        return True
    if _acts(root.get("/OpenAction"), AT_ONCE) or _any_acts(root.get("/AA")):
        return True
    return any(_page_runs(page) for page in document.pages)


def _page_runs(page: Any) -> bool:
    if _any_acts(page.obj.get("/AA")):
        return True
    marks = page.obj.get("/Annots")
    return any(
        _acts(mark.get("/A"), ("/Launch",)) for mark in (marks if _is_list(marks) else ()) if _is_table(mark)
    )


def _any_acts(actions: Any) -> bool:
    return _is_table(actions) and any(_acts(actions.get(name), AT_ONCE) for name in actions.keys())  # noqa: SIM118 - a PDF's dictionary


def _acts(action: Any, kinds: tuple[str, ...]) -> bool:
    return _is_table(action) and str(action.get("/S")) in kinds


def _is_table(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Dictionary)


def _is_list(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Array)


def _confine() -> None:
    import resource

    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):  # a lower one is set already, or the system knows none
            continue


if __name__ == "__main__":
    _confine()
    sys.stdout.write(word_of(sys.stdin.buffer.read()))
