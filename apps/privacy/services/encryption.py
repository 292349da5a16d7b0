"""Having the stored files encrypted as a job, one at a time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.locks import advisory_lock
from apps.privacy.tasks import run_encryption
from apps.runtime.models import Job
from apps.runtime.services.jobs import job_start

TASK = "privacy.run_encryption"


def encryption_start(*, by: Any, new_key: bool) -> Job:
    """Encrypt what lies plain, ``new_key`` under a fresh key. In a transaction.

    Raises Refused while it is running already: two at once would each make a key.
    """
    advisory_lock(TASK)
    if Job.objects.filter(task=TASK, finished_at=None).exists():
        raise Refused(_("It is running already."), code="duplicate")
    return job_start(run_encryption, title=_("Encryption of files"), by=by, new_key=new_key)
