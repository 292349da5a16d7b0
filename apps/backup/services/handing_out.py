"""Backups for the people of an organisation: what there is, one more, the encrypted file."""

from __future__ import annotations

from typing import IO, Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.making import backups_of
from apps.backup.targets import Stored, backup_target
from apps.core.errors import NotFound
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job
from apps.runtime.services.jobs import job_start

SHOWN = 60


def backups_newest() -> list[Stored]:
    """The last backups of this organisation, the newest first."""
    return backups_of(current_organisation().slug)[:SHOWN]


def backup_start(by: Any) -> Job:
    """Enter the job that makes one more. Runs in the caller's unit of work."""
    from apps.backup.tasks import run_backup

    return job_start(run_backup, title=_("Backup"), by=by)


def backup_take_out(name: str, *, by: Any, request: Any) -> IO[bytes]:
    """The encrypted file of one backup, noted in the access log. Only of this organisation: the name is
    looked up in its own list. Raises NotFound."""
    slug = current_organisation().slug
    wanted = f"{slug}/{name}"
    if wanted not in {item.name for item in backups_of(slug)}:
        raise NotFound(_("Not found."))
    detail = {"kind": "backup", "file": name}
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.EXPORT, request=request, user=by, detail=detail))
    return backup_target().open(wanted)
