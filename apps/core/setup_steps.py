"""What a new organisation starts with besides its masters: first administrator, first company.

The platform, which knows neither, keeps the answers of the set-up page and hands them to the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Step = Callable[[Any, dict[str, Any]], None]


@dataclass(frozen=True)
class SetupStep:
    """``run(organisation, answers)`` inside the organisation; repeatable; only when ``key`` was answered."""

    key: str
    title: Any
    run: Step


_steps: list[SetupStep] = []


def register_setup_step(step: SetupStep) -> None:
    """Called in ``ready()``, so the steps run in layer order."""
    if step.key not in {known.key for known in _steps}:
        _steps.append(step)


def setup_steps(setup: dict[str, Any]) -> list[SetupStep]:
    """The steps whose answers are there, in order."""
    return [step for step in _steps if step.key in setup]
