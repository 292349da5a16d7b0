"""The daily backup of each organisation, the one that somebody asks for, and whole exports."""

from __future__ import annotations

import logging
from datetime import time, timedelta
from typing import Any

from django.conf import settings

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.models import DataExport
from apps.backup.services.exports import export_make, export_ready, exports_expire
from apps.backup.services.making import Made, backup_make, backups_prune
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.beside import progress_beside
from apps.runtime.services.jobs import job_progress, task
from apps.runtime.services.schedule import scheduled

logger = logging.getLogger(__name__)


@scheduled(at=time(1, 40))
def daily_backup() -> None:
    """Each night, when the installation's settings say so."""
    if settings.BACKUP_DAILY:
        _told(backup_make())
        backups_prune(current_organisation().slug)


@task
def run_backup(job: Any) -> dict[str, Any]:
    """A backup now; the answer says where it lies."""
    made = backup_make(progress=lambda done, total: job_progress(job, done, total))
    _told(made)
    return {**vars(made), "url": "/data/backups/"}


def _told(made: Made) -> None:
    told = {"file": made.name, "bytes": made.size, "rows": made.rows, "files": made.files}
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.BACKUP, detail=told))


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
