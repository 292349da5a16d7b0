"""Counts for the platform: collected inside each organisation by its own repeated task, kept outside."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog, SignInSession
from apps.accounts.selectors import users_active
from apps.backup.services.plan import nightly_on, plan_get
from apps.backup.services.running import last_good
from apps.core.quota import quota_used
from apps.core.tenant import current_organisation, current_schema
from apps.messaging.models import MailMessage, MailState
from apps.platform.models import Figures
from apps.runtime.models import Job, JobState, OutboxEvent
from apps.runtime.services.outbox import MAX_ATTEMPTS


def figures_collect() -> Figures:
    """Count the organisation in use for today; run again it counts anew."""
    organisation = current_organisation()
    row, _new = Figures.objects.update_or_create(
        organisation_id=organisation.pk, day=timezone.localdate(), defaults=_counts()
    )
    return row


def _counts() -> dict[str, Any]:
    now = timezone.now()
    morning = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    return {
        "users": users_active(),
        "sessions": SignInSession.objects.filter(ended_at=None, expires_at__gt=now).count(),
        "companies": quota_used("companies"),
        "documents": quota_used("documents"),
        "storage": quota_used("storage"),
        "database": _size_of_tables(),
        "sign_ins": AccessLog.objects.filter(event=AccessEvent.SIGN_IN, at__gte=morning).count(),
        "failed_jobs": Job.objects.filter(state=JobState.FAILED).count(),
        "waiting_jobs": Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count(),
        "failed_events": OutboxEvent.objects.filter(attempts__gte=MAX_ATTEMPTS)
        .exclude(last_error="")
        .count(),
        "backup_at": last_good(),
        "backup_nightly": nightly_on(plan_get()),
        "waiting_mails": MailMessage.objects.filter(state=MailState.QUEUED).count(),
    }


def _size_of_tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'",
            [current_schema()],
        )
        return int(cursor.fetchone()[0])
