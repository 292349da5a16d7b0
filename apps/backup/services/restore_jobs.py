"""Restoring as a job: asked for on the operator's page, done by the owner's process, taken up when killed."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from apps.backup.services.finding import backup_check
from apps.backup.services.making import backups_of
from apps.backup.services.restoring import backup_restore, restore_undo
from apps.backup.targets import Stored
from apps.core.errors import Refused
from apps.core.platform_log import platform_log
from apps.core.sealed_stream import BackupDamaged
from apps.tenancy.models import DeletionRecord, Organisation, OrganisationJob
from apps.tenancy.services.owner_jobs import restore_start


def backups_everywhere(limit: int = 200) -> list[Stored]:
    """Backups of every organisation that is or was here, newest first."""
    slugs = {*Organisation.objects.values_list("slug", flat=True)}
    slugs |= {*DeletionRecord.objects.values_list("slug", flat=True)}
    found = [item for slug in slugs for item in backups_of(slug)]
    return sorted(found, key=lambda item: item.at, reverse=True)[:limit]


def restore_ask(*, name: str, slug: str) -> OrganisationJob:
    """Have the backup ``<slug>/<file>`` restored as the organisation ``slug``.

    Raises InvalidInput naming ``name`` (there is no such backup) or ``slug`` (no good, or taken),
    BucketRefused. Calls a store: inside a unit of work use ``backup_check`` before it and ``restore_enter``.
    """
    backup_check(name)
    return restore_enter(name=name, slug=slug)


def restore_enter(*, name: str, slug: str) -> OrganisationJob:
    """As ``restore_ask``, of a backup that was found."""
    job = restore_start(slug=slug, source=name)
    platform_log("restore_asked", source=name, slug=job.slug, job=job.pk)
    return job


def restore_run(job: OrganisationJob, progress: Callable[[str], None]) -> None:
    """The work of a job. What an earlier, killed process began is removed first."""
    if job.organisation is not None:
        begun = job.organisation
        _belong(job, None)
        restore_undo(begun)
    try:
        done = backup_restore(
            job.source, slug=job.slug, progress=progress, begun=lambda made: _belong(job, made)
        )
    except BackupDamaged as error:
        _belong(job, None)
        raise Refused(_("The backup is damaged: %(why)s") % {"why": error}) from error
    except BaseException:
        _belong(job, None)
        raise
    text = _("%(tables)d tables, %(rows)d rows and %(files)d files are equal to the backup by their hashes.")
    proved = text % {"tables": done.tables, "rows": done.rows, "files": done.files}
    progress(" ".join((proved, *done.told)))


def _belong(job: OrganisationJob, organisation: Organisation | None) -> None:
    job.organisation = organisation
    OrganisationJob.objects.filter(pk=job.pk).update(organisation=organisation)
