"""Verifications of the trail by a job: the last ones, and starting another."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.audit.tasks import run_verification
from apps.runtime.models import Job
from apps.runtime.services.jobs import job_start

VERIFY = "audit.verify_audit"
TASK, SHOWN = "audit.run_verification", 10


def verification_runs() -> QuerySet[Job]:
    """The jobs of the last verifications, the newest first."""
    return Job.objects.filter(task=TASK).order_by("-id")[:SHOWN]


def verification_start(by: Any) -> Job:
    """Enter the job that verifies the whole trail. Runs in the caller's unit of work."""
    return job_start(run_verification, title=_("Verify the audit trail"), by=by)
