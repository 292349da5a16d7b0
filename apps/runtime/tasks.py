"""What the machinery does by itself."""

from __future__ import annotations

from datetime import time, timedelta

from apps.runtime.services.cleaning import events_clean, idempotency_keys_clean, jobs_clean
from apps.runtime.services.schedule import scheduled


@scheduled(every=timedelta(hours=6))
def clean_idempotency_keys() -> None:
    idempotency_keys_clean()


@scheduled(at=time(2, 10))
def clean_events_and_jobs() -> None:
    events_clean()
    jobs_clean()
