"""Backups for the people of an organisation: what there is, one more, the encrypted file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.making import backups_of
from apps.backup.services.plan import own_bucket, plan_get, target_of
from apps.backup.targets import Stored, backup_target
from apps.backup.tasks import run_backup
from apps.core.errors import BahiError, NotFound
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job
from apps.runtime.services.jobs import job_start

SHOWN = 60


@dataclass(frozen=True)
class Shelf:
    """Backups of this organisation, the newest first; ``trouble``: why its own bucket could not be read."""

    items: list[Stored]
    trouble: str = ""


def backups_here() -> Shelf:
    """Where the installation keeps them, and in the organisation's own bucket where it has one."""
    slug, own, trouble = current_organisation().slug, own_bucket(plan_get()), ""
    found = backups_of(slug)
    if own is not None:
        try:
            found = [*own.list(slug), *found]
        except BahiError as error:
            trouble = str(error.detail)
    return Shelf(sorted(found, key=lambda item: item.at, reverse=True), trouble)


def backup_start(by: Any) -> Job:
    """Enter the job that makes one more. Runs in the caller's unit of work."""
    return job_start(run_backup, title=_("Backup"), by=by)


def backup_take_out(name: str, *, by: Any, request: Any) -> IO[bytes]:
    """The encrypted file of one backup, noted in the access log. Only of this organisation: the name is
    looked up in its own list. Raises NotFound."""
    wanted = f"{current_organisation().slug}/{name}"
    found = next((item for item in backups_here().items if item.name == wanted), None)
    if found is None:
        raise NotFound(_("Not found."))
    detail = {"kind": "backup", "file": name}
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.EXPORT, request=request, user=by, detail=detail))
    return (target_of(plan_get()) if found.own else backup_target()).open(wanted)
