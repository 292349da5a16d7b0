from apps.runtime.models.events import InboxEntry, OutboxEvent
from apps.runtime.models.idempotency import IdempotencyKey
from apps.runtime.models.job import Job

__all__ = ["IdempotencyKey", "InboxEntry", "Job", "OutboxEvent"]
