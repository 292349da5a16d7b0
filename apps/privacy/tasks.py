"""Encrypting stored files: each night what the setting asks for, and when somebody presses the button."""

from __future__ import annotations

import logging
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.personal import subjects
from apps.core.tenant import current_organisation
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.files.services.sealing import files_seal, sealing_figures
from apps.privacy.people import Person
from apps.privacy.services.erasing import RETENTION, erasure_ask
from apps.privacy.services.retention import access_log_due, retention_apply, user_due
from apps.runtime.services.jobs import job_progress, task
from apps.runtime.services.schedule import scheduled
from apps.tenancy.services.owner_jobs import erasure_start

logger = logging.getLogger(__name__)


@task
def run_encryption(job: Any, new_key: bool = False) -> dict[str, Any]:
    """Encrypt what lies plain, if the setting says so, and seal the others' keys anew.

    Taken up again after a crash, it makes no second new key while the first one isn't through.
    """
    begun = job.attempts > 1 and sealing_figures()["old_key"] > 0
    done = files_seal(
        encrypt=setting("files.encrypt"),
        new_key=new_key and not begun,
        progress=lambda count, total: job_progress(job, count, total),
    )
    return {**vars(done), "url": "/data/file-encryption/"}


@scheduled(at=time(2, 40))
def encrypt_files() -> None:
    """What was stored before the setting was switched on."""
    figures = sealing_figures()
    if figures["old_key"] or (setting("files.encrypt") and figures["files"] > figures["encrypted"]):
        files_seal(encrypt=setting("files.encrypt"))


@scheduled(at=time(2, 50))
def apply_retention() -> None:
    """What is past its time goes; what only the owner may remove goes to his process, one thing a night."""
    retention_apply()
    run_in_unit_of_work(_owners_part)


def _owners_part() -> None:
    user = user_due()
    try:
        if user is not None:
            erasure_ask(Person(subjects()["accounts.user"], user), by=None, reason=_("Kept long enough"))
        elif access_log_due():
            erasure_start(current_organisation(), RETENTION)
    except Refused as error:
        logger.info("retention: %s", error)
