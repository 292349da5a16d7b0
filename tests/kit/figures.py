"""Figures that a long test measured; pytest shows them with -s."""

from __future__ import annotations


def note(*lines: str) -> None:
    print("\n" + "\n".join(lines), flush=True)  # noqa: T201 - this is where they are printed
