"""Visits of the platform's operator, as lower code meets them: what he began in one ends with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.core.access import Access


@dataclass(frozen=True)
class Visit:
    """An open visit: how logs and history call its operator, and what he may do in it."""

    label: str
    access: Access


_source: list[Callable[[int, Any], Visit | None]] = []


def register_visits(function: Callable[[int, Any], Visit | None]) -> None:
    """Called once by ``platform``: ``function(id, stand-in user)`` gives the visit of the organisation in use
    while it is open."""
    _source[:] = [function]


def visit_open(pk: int, user: Any) -> Visit | None:
    """The open visit of this number; None once it is over."""
    return _source[0](pk, user) if _source else None
