"""Checks that a serving process makes before it serves; each raises when the surroundings are unsafe.

And what ``/health/ready`` tells besides the database.
"""

from __future__ import annotations

from collections.abc import Callable

_checks: list[Callable[[], object]] = []
_ready: dict[str, Callable[[], str]] = {}


def register_start_check(check: Callable[[], object]) -> None:
    """Called in an app's ``ready()``."""
    if check not in _checks:
        _checks.append(check)


def run_start_checks() -> None:
    """Called by web, socket and worker processes when they start."""
    for check in _checks:
        check()


def register_ready_part(name: str, state: Callable[[], str]) -> None:
    """``state()`` is a word (``up``, ``down``) about something that is needed, empty where it isn't used. It
    is asked by whoever asks for the health of the server: it must answer fast and cost little."""
    _ready[name] = state


def ready_parts() -> dict[str, str]:
    """The word of each part that is in use."""
    words = {name: state() for name, state in _ready.items()}
    return {name: word for name, word in words.items() if word}
