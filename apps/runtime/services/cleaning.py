"""Removing what has served: keys after a week, delivered events after two, ended jobs as the settings say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.core.typed_settings import setting
from apps.runtime.models import ENDED, IdempotencyKey, InboxEntry, Job, OutboxEvent

KEYS, EVENTS = timedelta(days=7), timedelta(days=14)
BATCH = 5_000


def idempotency_keys_clean() -> int:
    """Keys are kept seven days (API conventions)."""
    return rows_remove(IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEYS))


def events_clean() -> int:
    """Delivered events; those that were given up stay until somebody has dealt with them."""
    limit = timezone.now() - EVENTS
    count = rows_remove(OutboxEvent.objects.filter(done_at__lt=limit, last_error=""))
    return count + rows_remove(InboxEntry.objects.filter(at__lt=limit - EVENTS))


def jobs_clean() -> int:
    limit = timezone.now() - timedelta(days=setting("runtime.job_days"))
    return rows_remove(Job.objects.filter(state__in=ENDED, finished_at__lt=limit))


def rows_remove(queryset: Any) -> int:
    """Delete in batches, so that no delete holds its rows for long. Returns how many went."""
    count = 0
    while True:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return count
        removed, _by_model = queryset.model.objects.filter(pk__in=ids).delete()
        count += removed
