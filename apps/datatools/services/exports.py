"""Large exports: asked for, made by a job, kept for some days, given to their owner as his rights are."""

from __future__ import annotations

from datetime import timedelta
from typing import IO, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import NotAllowed, NotFound, Refused
from apps.core.locks import advisory_lock, lock_row
from apps.core.typed_settings import setting
from apps.datatools.models import ExportFile
from apps.datatools.models.exports import ExportSource
from apps.datatools.pdf_list import more_than
from apps.datatools.rows import rights_of
from apps.files.services.storage import file_keep_stream, file_open, file_release
from apps.runtime.models import ENDED, Job
from apps.runtime.services.jobs import job_start

MOST_RUNNING = 3
TRACE = timedelta(days=60)


def is_large(queryset: Any) -> bool:
    """Whether a list has more rows than are exported at once."""
    return more_than(queryset, setting("datatools.export_rows"))


def export_begin(
    source: ExportSource, key: str, form: str, asked: dict[str, Any], *, title: str, by: Any
) -> ExportFile:
    """Enter the job that makes the file; the same export that is being made already, if there is one. Runs in
    the caller's unit of work. Raises Refused (``running``) while three of this person's are being made."""
    from apps.datatools.tasks import run_export

    advisory_lock(f"datatools.export:{by.pk}")
    open_jobs = Job.objects.filter(owner_id=by.pk, task="datatools.run_export").exclude(state__in=ENDED)
    running = ExportFile.objects.filter(owner=by, job_id__in=open_jobs.values("pk"))
    twin = running.filter(source=source, key=key, form=form, asked=asked).first()
    if twin is not None:
        return twin
    if running.count() >= MOST_RUNNING:
        raise Refused(
            _("%(n)d of your exports are being made. Wait for one to end.") % {"n": MOST_RUNNING},
            code="running",
        )
    row = ExportFile.objects.create(
        owner=by, source=source, key=key, form=form, asked=asked, title=f"{title} ({form.upper()})"[:200]
    )
    title = _("Export: %(title)s") % {"title": row.title}
    row.job_id = job_start(run_export, title=title, by=by, export_id=row.pk).pk
    row.save(update_fields=["job_id"])
    return row


def export_finish(row: ExportFile, content: IO[bytes], name: str, rows: int, rights: str) -> None:
    """Keep what the job made, once. Runs in the caller's unit of work."""
    row_now = lock_row(ExportFile, row.pk)
    if row_now.file_id is not None:
        return
    now = timezone.now()
    stored = file_keep_stream(content, name=name)  # of nobody: only ``export_open`` gives it out
    row_now.file, row_now.size, row_now.row_count, row_now.rights = stored, stored.size, rows, rights
    row_now.ready_at, row_now.expires_at = now, now + timedelta(days=setting("datatools.export_days"))
    row_now.save()


def export_find(pk: int, user: Any) -> ExportFile:
    """One's own export. Raises NotFound for those of others too."""
    row = ExportFile.objects.filter(owner_id=user.pk, pk=pk).select_related("file").first()
    if row is None:
        raise NotFound(_("Not found."))
    return row


def export_open(row: ExportFile, *, by: Any, request: Any = None) -> IO[bytes]:
    """The content for its owner, noted in the access log. Raises NotFound (another one's), Refused (not made
    yet, or kept no longer), NotAllowed when he may not see now what he saw then."""
    if row.owner_id != by.pk:
        raise NotFound(_("Not found."))
    if row.ready_at is None:
        raise Refused(_("This export isn't ready yet."), code="not_ready")
    if not row.waiting:
        raise Refused(_("This file isn't kept any longer. Export again."), code="over")
    if rights_of(row, by) != row.rights:
        raise NotAllowed(_("What you may see has changed since this file was made. Export again."))
    stream = file_open(row.file)
    told = {"kind": row.key, "format": row.form, "step": "downloaded", "export": row.pk}
    access_log_write(AccessEvent.EXPORT, request=request, user=by, detail=told)
    return stream


def exports_expire() -> int:
    """Remove files whose days are over, after two months what is known of them too. Returns how many."""
    now, count = timezone.now(), 0
    for row in ExportFile.objects.filter(expires_at__lt=now).exclude(file=None):
        file_id, row.file = row.file_id, None
        row.save(update_fields=["file"])
        count += file_release(file_id)
    ExportFile.objects.filter(Q(file=None), created_at__lt=now - TRACE).delete()
    return count
