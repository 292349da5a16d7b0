"""The one door to the platform's own audit: who did what with which organisation.

Layers below the log's table come here; ``platform`` says where an entry goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Writer = Callable[..., None]
_writer: list[Writer] = []


def register_platform_log(function: Writer) -> None:
    """Called once, by the app that keeps the entries: ``function(action, organisation=, detail=)``."""
    _writer[:] = [function]


def platform_log(action: str, *, organisation: Any = None, **detail: Any) -> None:
    """Write one entry in the caller's transaction; ``detail`` holds JSON values and never a secret."""
    if _writer:
        _writer[0](action, organisation=organisation, detail=detail)
