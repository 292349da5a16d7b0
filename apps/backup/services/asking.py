"""Asking for a whole export: noted, and a job begun that makes it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.backup.models import DataExport
from apps.backup.services.exports import export_ask
from apps.backup.tasks import run_export
from apps.runtime.services.jobs import job_start


def export_begin(*, by: Any, request: Any = None) -> DataExport:
    """Inside the caller's transaction. Raises Refused while one of his is being made."""
    row = export_ask(by=by, request=request)
    job = job_start(run_export, title=_("Export of all data"), by=by, export_id=row.pk)
    row.job_id = job.pk
    row.save(update_fields=["job_id"])
    return row
