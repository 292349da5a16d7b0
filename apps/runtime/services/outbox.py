"""Writing events in the transaction of their cause, and delivering them after commit, each effect once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from apps.core.actor import Actor, current_actor, reset_actor, set_actor
from apps.core.copying import rows_insert
from apps.core.events import Consumer, Event, consumers_of
from apps.core.modules import module_key_of_app
from apps.core.rows import row_make
from apps.core.tenant import current_schema, is_public, switch_on
from apps.runtime.models import InboxEntry, OutboxEvent

logger = logging.getLogger(__name__)
CHANNEL = "bahi_outbox"
MAX_ATTEMPTS = 12


def outbox_write(events: Sequence[Event]) -> None:
    """Insert the events; wake the dispatcher once the transaction commits. Events nobody consumes pass by."""
    if is_public():
        return
    actor = current_actor()
    rows = [
        row_make(
            OutboxEvent,
            name=event.name,
            payload=event.payload(),
            actor_id=actor.user_id,
            actor_label=actor.label[:200],
            request_id=actor.request_id,
        )
        for event in events
        if event.name and consumers_of(event.name)
    ]
    if rows:
        rows_insert(rows)
        wake_after_commit()


def wake_after_commit() -> None:
    """Wake the dispatcher for this organisation once the transaction commits (once a transaction)."""
    wake = _Wake(current_schema())
    waking = {entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Wake)}
    if wake not in waking:
        transaction.on_commit(wake)


@dataclass(frozen=True)
class _Wake:
    """Wakes the dispatcher; equal for one schema, so that a transaction with many events wakes once."""

    schema: str

    def __call__(self) -> None:
        wake_dispatcher(self.schema)


def wake_dispatcher(schema: str) -> None:
    """NOTIFY outside any writing transaction: inside one it would serialise commits."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, schema])
    except Exception:
        logger.warning("dispatcher could not be woken", exc_info=True)


def outbox_deliver(limit: int = 200) -> int:
    """Deliver waiting events of the organisation in use; returns how many were finished.

    Several dispatchers may run: rows are taken with SKIP LOCKED.
    """
    finished = 0
    for _ in range(limit):
        with transaction.atomic():
            event = (
                OutboxEvent.objects.select_for_update(skip_locked=True)
                .filter(done_at=None, not_before__lte=timezone.now())
                .order_by("not_before", "id")
                .first()
            )
            if event is None:
                return finished
            finished += _deliver(event)
    return finished


def seconds_to_next() -> float | None:
    """Until the next repeat of a failed delivery is due; None when nothing waits."""
    due = OutboxEvent.objects.filter(done_at=None).order_by("not_before").values_list("not_before", flat=True)
    first = due.first()
    return None if first is None else max(0.2, (first - timezone.now()).total_seconds())


def event_retry(event: OutboxEvent) -> None:
    """Deliver a given-up event once more to the consumers that failed."""
    event.attempts, event.done_at, event.not_before = 0, None, timezone.now()
    event.save(update_fields=["attempts", "done_at", "not_before"])
    schema = current_schema()
    transaction.on_commit(lambda: wake_dispatcher(schema))


def _deliver(event: OutboxEvent) -> int:
    errors = [error for consumer in consumers_of(event.name) if (error := _run_once(event, consumer))]
    event.attempts += 1
    if not errors:
        event.done_at = timezone.now()
        event.last_error = ""
    else:
        event.last_error = "; ".join(errors)[:2000]
        event.not_before = timezone.now() + timedelta(seconds=min(2**event.attempts, 3600))
        if event.attempts >= MAX_ATTEMPTS:
            event.done_at = timezone.now()
            logger.error("event %s given up: %s", event, event.last_error)
    event.save(update_fields=["attempts", "done_at", "last_error", "not_before"])
    return 0 if errors else 1


def _run_once(event: OutboxEvent, consumer: Consumer) -> str:
    """Run a consumer in a savepoint with its inbox row; returns the error text or nothing."""
    if not switch_on(module_key_of_app(consumer.module)):
        return ""
    token = set_actor(Actor(kind="job", user=_user(event.actor_id), label=event.actor_label or "System"))
    try:
        with transaction.atomic():
            _row, new = InboxEntry.objects.get_or_create(event_id=event.pk, consumer=consumer.name)
            if new:
                consumer.run({**event.payload, "event_id": event.pk, "event_name": event.name})
    except Exception as error:  # a consumer's fault must not stop the others
        logger.exception("consumer %s failed on %s", consumer.name, event)
        return f"{consumer.name}: {error}"
    finally:
        reset_actor(token)
    return ""


def _user(user_id: int | None) -> object:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(pk=user_id).first() if user_id else None
