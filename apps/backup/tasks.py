"""The daily backup of each organisation, the one that somebody asks for, and whole exports."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.models import DataExport
from apps.backup.services.exports import export_make, export_ready, exports_expire
from apps.backup.services.running import backup_run, backup_warn, nightly_due
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.beside import progress_beside
from apps.runtime.services.jobs import job_progress, task
from apps.runtime.services.schedule import scheduled

logger = logging.getLogger(__name__)


@scheduled(every=timedelta(minutes=10))
def nightly_backup() -> None:
    """At the hour that the organisation chose, or as soon after it as a worker runs."""
    if nightly_due():
        backup_run(nightly=True)


@scheduled(every=timedelta(hours=1))
def warn_of_missed_backup() -> None:
    backup_warn()


@task
def run_backup(job: Any) -> dict[str, Any]:
    """A backup now; the answer says where it lies."""
    made = backup_run(progress=lambda done, total: job_progress(job, done, total))
    return {**vars(made), "url": "/data/backups/"}


@task
def run_export(job: Any, export_id: int) -> dict[str, Any]:
    """Make an export that was asked for; one that a crash cut off is made anew."""
    row = DataExport.objects.get(pk=export_id)
    if row.ready_at is None:
        with progress_beside(job) as progress:
            export_make(row, progress=progress)
        run_in_unit_of_work(lambda: _export_told(row))
    return {"tables": row.tables, "rows": row.rows, "files": row.files, "url": "/data/export/"}


def _export_told(row: DataExport) -> None:
    export_ready(row)
    told = {"kind": "whole", "step": "made", "rows": row.rows, "files": row.files, "sha256": row.sha256}
    access_log_write(AccessEvent.EXPORT, detail=told)


@scheduled(every=timedelta(hours=1))
def remove_expired_exports() -> None:
    exports_expire()
