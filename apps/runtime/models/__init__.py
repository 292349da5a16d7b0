from apps.runtime.models.events import InboxEntry, OutboxEvent
from apps.runtime.models.idempotency import IdempotencyKey
from apps.runtime.models.job import ENDED, Job, JobState
from apps.runtime.models.schedule import ScheduleState

__all__ = ["ENDED", "IdempotencyKey", "InboxEntry", "Job", "JobState", "OutboxEvent", "ScheduleState"]
