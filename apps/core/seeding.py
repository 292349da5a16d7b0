"""Masters that a new organisation starts with: idempotent services, run in layer order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.core.registry import load_modules

Seed = Callable[[Any], None]
_seeds: dict[str, Seed] = {}


def seed(function: Seed) -> Seed:
    """Decorator for ``seeds.py``: called with the organisation, inside it; must be safe to repeat."""
    _seeds[f"{function.__module__}.{function.__name__}"] = function
    return function


def run_seeds(organisation: Any) -> None:
    load_modules("seeds")
    for function in _seeds.values():
        function(organisation)
