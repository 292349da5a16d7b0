"""The daily backup of each organisation, and the one that somebody asks for."""

from __future__ import annotations

import logging
from datetime import time
from typing import Any

from django.conf import settings

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.making import Made, backup_make, backups_prune
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
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
    return {**vars(made), "url": "/admin/backups/"}


def _told(made: Made) -> None:
    told = {"file": made.name, "bytes": made.size, "rows": made.rows, "files": made.files}
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.BACKUP, detail=told))
