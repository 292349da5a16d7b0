"""Checks that a serving process makes before it serves; each raises when the surroundings are unsafe."""

from __future__ import annotations

from collections.abc import Callable

_checks: list[Callable[[], object]] = []


def register_start_check(check: Callable[[], object]) -> None:
    """Called in an app's ``ready()``."""
    if check not in _checks:
        _checks.append(check)


def run_start_checks() -> None:
    """Called by web, socket and worker processes when they start."""
    for check in _checks:
        check()
