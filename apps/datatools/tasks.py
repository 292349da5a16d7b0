"""Background imports, their undoing, exports, and reports."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from apps.core.errors import InvalidInput, NotAllowed
from apps.core.uow import run_in_unit_of_work
from apps.datatools.exporting import export_file, export_name
from apps.datatools.models import ExportFile, ImportRun
from apps.datatools.models.exports import ExportSource
from apps.datatools.models.imports import ImportState
from apps.datatools.reports.files import report_file
from apps.datatools.reports.stored import report_run
from apps.datatools.rows import report_of, rights_of, rows_of, view_of
from apps.datatools.services.exports import export_finish, exports_expire
from apps.datatools.services.imports import import_begin, import_resume, run_answer
from apps.datatools.services.undo import undo_run
from apps.files.services.storage import file_read
from apps.runtime.services.beside import one_moment
from apps.runtime.services.jobs import job_progress, task
from apps.runtime.services.schedule import scheduled

__all__ = ["report_run", "run_export", "run_import", "undo_import"]


@task
def run_import(job: Any, *, run_id: int) -> dict[str, Any]:
    """Run a queued import; after a crash or a stop it goes on behind the last finished chunk."""
    run_in_unit_of_work(lambda: import_begin(run_id))
    run = ImportRun.objects.select_related("owner", "file").get(pk=run_id)
    if run.finished_at is not None:
        return _answer(run)
    try:
        done = import_resume(
            run,
            file_read(run.file) if run.file else b"",
            progress=lambda count, total: job_progress(job, count, total),
        )
    except (InvalidInput, NotAllowed):
        run.state, run.finished_at = ImportState.FAILED, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        raise
    return _answer(done)


def _answer(run: ImportRun) -> dict[str, Any]:
    return {**run_answer(run), "url": reverse("import_run", args=[run.pk])}


@task
def undo_import(job: Any, *, run_id: int) -> dict[str, Any]:
    """Take an import back as the job's owner; what is done stays done, so it may run again."""
    from django.contrib.auth import get_user_model

    owner = get_user_model().objects.get(pk=job.owner_id)
    done = undo_run(ImportRun.objects.get(pk=run_id), by=owner, job=job)
    return {**done, "url": reverse("import_run", args=[run_id])}


@task
def run_export(job: Any, *, export_id: int) -> dict[str, Any]:
    """Make a large export with its owner's rights as they are now; after a crash anew, as one file."""
    row = ExportFile.objects.select_related("owner").get(pk=export_id)
    if row.file_id is None and row.ready_at is None:
        with translation.override(row.owner.language):
            _export_make(row, job)
        row.refresh_from_db()
    return {
        "export": row.pk,
        "rows": row.row_count,
        "file": f"/api/v1/datatools/exports/{row.pk}/file/",
        "url": reverse("exports"),
    }


def _export_make(row: ExportFile, job: Any) -> None:
    rights = rights_of(row, row.owner)  # before the rows: whoever loses rights meanwhile doesn't get the file
    if row.source == ExportSource.REPORT:
        report, given = report_of(row, row.owner), row.asked["given"]
        with one_moment(job) as progress:
            content, name, total = report_file(report, given, row.form, row.owner, lambda n: progress(n, 0))
    else:
        view = view_of(row, row.owner)
        queryset = rows_of(row, view, row.owner)
        total = queryset.order_by().count()
        content = export_file(
            view,
            queryset,
            form=row.form,
            wanted=row.asked.get("columns", ""),
            progress=lambda done: job_progress(job, done, total),
        )
        name = export_name(view, row.form)
    with content:
        run_in_unit_of_work(lambda: export_finish(row, content, name, total, rights))


@scheduled(at=time(3, 10))
def expire_exports() -> None:
    """Files whose days are over."""
    run_in_unit_of_work(exports_expire)
