"""What the machinery itself announces."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.events import Event


@dataclass(frozen=True)
class JobEnded(Event):
    """A background job of a person finished or failed."""

    name = "job.ended"
    job_id: int
    state: str
