"""Restoring as a job: asked for on the operator's page, done by the owner's process, taken up when killed."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from apps.backup.services.finding import backup_check
from apps.backup.services.making import backups_of
from apps.backup.services.restoring import backup_restore, restore_undo
from apps.backup.targets import Stored, backup_target
from apps.core.errors import InvalidInput, Refused
from apps.core.platform_log import platform_log
from apps.core.sealed_stream import BackupDamaged
from apps.tenancy.models import DeletionRecord, Organisation, OrganisationJob
from apps.tenancy.models.job import OPEN
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


def backup_gone(item: Stored) -> bool:
    """Whether the organisation that made a backup is here no more."""
    return not Organisation.objects.filter(slug=item.slug).exists()


def backup_remove(name: str) -> None:
    """Remove for good a backup of an organisation that was deleted: nothing else ends them, and what was
    promised to be deleted must be able to go.

    Raises InvalidInput naming ``name``: there is none, its organisation is here, or it is being restored.
    Calls the store: never inside a unit of work.
    """
    slug = name.partition("/")[0]
    known = DeletionRecord.objects.filter(slug=slug).exists()
    found = next((item for item in backups_of(slug) if item.name == name), None) if known else None
    if found is None:
        raise InvalidInput(_("There is no such backup."), field="name")
    if not backup_gone(found):
        raise InvalidInput(_("Only backups of deleted organisations are removed here."), field="name")
    if OrganisationJob.objects.filter(source=name, state__in=OPEN).exists():
        raise InvalidInput(_("It is being restored just now."), field="name", code="busy")
    platform_log("backup_removed", source=name, bytes=found.size)
    backup_target().remove(name)


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
