"""Background imports, their undoing, and reports."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core.errors import InvalidInput, NotAllowed
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import ImportState
from apps.datatools.reports.stored import report_run
from apps.datatools.services.imports import import_resume, run_answer
from apps.datatools.services.undo import undo_run
from apps.files.services.storage import file_read
from apps.runtime.services.jobs import job_progress, task

__all__ = ["report_run", "run_import", "undo_import"]


@task
def run_import(job: Any, *, run_id: int) -> dict[str, Any]:
    """Run a queued import; after a crash it goes on behind the last finished chunk."""
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
