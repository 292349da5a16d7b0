"""Work that needs the owner's role, asked for by pages that run without it.

The request is queued; the worker starts ``manage.py`` as a process of its own, which connects as the owner.
So neither web processes nor the job cluster ever hold the owner's connection.
"""

from __future__ import annotations

import logging
import subprocess
import sys

from django.conf import settings
from django.db import connection
from django_q.tasks import async_task

from apps.core.tenant import is_public
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import organisation_failed, removal_undo

logger = logging.getLogger(__name__)
PROVISION, DELETE = "provision_organisation", "delete_organisation"
TIME_LIMIT = 600


def provisioning_start(slug: str) -> None:
    """Queue the set-up of an organisation that was entered."""
    _enqueue(PROVISION, slug)


def deletion_start(slug: str) -> None:
    """Queue the deletion of an organisation."""
    _enqueue(DELETE, slug)


def _enqueue(command: str, slug: str) -> None:
    """The queue's table is in ``public``."""
    if not is_public():
        connection.set_schema_to_public()
    async_task("apps.tenancy.services.owner_jobs.run_owner_command", command, slug)


def run_owner_command(command: str, slug: str) -> None:
    """What the worker calls. A fault is written on the organisation, where the operator sees it."""
    if command not in (PROVISION, DELETE):
        raise ValueError(command)
    connection.set_schema_to_public()
    arguments = [sys.executable, "manage.py", command, slug]
    if command == DELETE:
        arguments.append("--yes")
    result = subprocess.run(
        arguments, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=TIME_LIMIT
    )
    if result.returncode == 0:
        return
    logger.error("%s %s failed: %s", command, slug, result.stderr[-2000:])
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        return
    if command == PROVISION:
        organisation_failed(organisation, reason=_last_line(result.stderr))
    else:
        removal_undo(organisation)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "unknown"
