"""Taking an import back: who may, what would go, and the job that does it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.access import may
from apps.core.errors import BahiError, NotAllowed, Refused
from apps.core.locks import lock_row
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing.editing import EditTarget
from apps.datatools.importing.targets import target_find
from apps.datatools.importing.undoing import (
    STEPS,
    plan_make,
    plan_run,
    plan_try,
)
from apps.datatools.models import ImportedRecord, ImportRun
from apps.datatools.models.imports import ImportState, Origin, UndoState
from apps.datatools.permissions import UNDO_IMPORT
from apps.documents.selectors import records_titles
from apps.runtime.models import ENDED, Job
from apps.runtime.services.jobs import job_progress, job_start

CHUNK = 50
PREVIEW = 1000
SHOWN = 200
TRIED = 50


def undo_may(run: ImportRun, user: Any) -> bool:
    """Whoever made the import and may still make one, and who may take back those of others."""
    if may(user, UNDO_IMPORT):
        return True
    if run.owner_id != user.pk:
        return False
    try:
        if run.origin == Origin.EDIT:
            EditTarget(run.target, "", None, user)
        else:
            target_find(run.target).require(user)
    except BahiError:
        return False
    return True


def undo_require(run: ImportRun, user: Any) -> None:
    """Raises NotAllowed for others, Refused when there is nothing that could be taken back (now)."""
    if not undo_may(run, user):
        raise NotAllowed(_("Only whoever made an import or may take back those of others can do this."))
    stopped = run.state == ImportState.FAILED and run.records.exists()  # what came in before the stop
    if run.dry_run or not (stopped or run.state == ImportState.DONE):
        raise Refused(
            _("Only a finished import can be taken back."), code="invalid_transition", field="state"
        )
    if run.undo_state == UndoState.DONE:
        raise Refused(_("This import was taken back already."), code="invalid_transition", field="undo_state")
    if undo_runs(run):
        raise Refused(_("This import is being taken back."), code="invalid_transition", field="undo_state")
    if not run.records.exists():
        raise Refused(
            _("This kind of import can't be taken back record by record: reverse what it posted."),
            code="invalid_transition",
        )


def undo_runs(run: ImportRun) -> bool:
    """Whether a job is at it; one that failed or was cancelled may be started again."""
    if run.undo_state != UndoState.RUNNING:
        return False
    return not Job.objects.filter(pk=run.undo_job_id, state__in=ENDED).exists()


def undo_preview(run: ImportRun, *, by: Any) -> dict[str, Any]:
    """What taking a run back would do: counts, and what would stay with row, record and reason.

    Documents are tried, up to fifty: their cancelling is asked and undone again.
    """
    undo_require(run, by)
    left = run.records.filter(undone_at=None).order_by("-pk")
    totals = dict.fromkeys(STEPS, 0)
    refused: list[dict[str, Any]] = []
    stay, tried, last = 0, 0, None
    while chunk := list((left if last is None else left.filter(pk__lt=last))[:PREVIEW]):
        last = chunk[-1].pk
        plan = plan_make(chunk, by)
        most = TRIED - tried
        tried += run_in_unit_of_work(lambda plan=plan, most=most: plan_try(plan, by, most))  # type: ignore[misc]  # mypy infers no lambda with a default
        for step in totals:
            totals[step] += plan.count(step)
        stay += len(plan.refused)
        refused += stays_as_rows(plan.refused, by)[: SHOWN - len(refused)]
    return {**totals, "stay": stay, "refused": refused, "tried": tried}


def stays_as_rows(refused: list[tuple[ImportedRecord, str]], by: Any) -> list[dict[str, Any]]:
    """What stays, by row of the file; names and addresses of records only for who may see them."""
    shown = [(entry, reason, (entry.target_kind, entry.target_id)) for entry, reason in refused[:SHOWN]]
    seen = records_titles([ref for _entry, _reason, ref in shown], by)
    return [
        {
            "row": entry.row,
            "kind": ref[0],
            "id": ref[1],
            "record": seen[ref]["title"] if ref in seen else f"{ref[0]} {ref[1]}",
            "url": seen[ref]["url"] if ref in seen else "",
            "reason": reason,
        }
        for entry, reason, ref in shown
    ]


def undo_start(run: ImportRun, *, by: Any) -> ImportRun:
    """Enter the job that takes a run back. Runs in the caller's unit of work."""
    from apps.datatools.tasks import undo_import

    row = lock_row(ImportRun, run.pk)
    undo_require(row, by)
    title = _("Taking back the import of %(file)s") % {"file": row.file_name}
    job = job_start(undo_import, title=title, by=by, run_id=row.pk)
    row.undo_state, row.undo_job_id, row.undone_by, row.undone_at = UndoState.RUNNING, job.pk, by, None
    row.save(update_fields=["undo_state", "undo_job_id", "undone_by", "undone_at"])
    access_log_write(AccessEvent.IMPORT_UNDONE, user=by, detail={"import": row.pk, "file": row.file_name})
    return row


def undo_run(run: ImportRun, *, by: Any, job: Any = None) -> dict[str, Any]:
    """Take back what is left of a run, fifty records in a transaction, those written last first.

    After a crash or a stop it goes on with what isn't taken back yet.
    """
    if not undo_may(run, by):  # what was allowed when the job was entered may be taken back since
        raise NotAllowed(_("Only whoever made an import or may take back those of others can do this."))
    left = run.records.filter(undone_at=None).order_by("-pk")
    total, done, last = left.count(), 0, None
    while chunk := list((left if last is None else left.filter(pk__lt=last))[:CHUNK]):
        run_in_unit_of_work(lambda chunk=chunk: plan_run(chunk, by))  # type: ignore[misc]  # mypy infers no lambda with a default
        last, done = chunk[-1].pk, done + len(chunk)
        if job is not None:
            job_progress(job, done, total)
    return run_in_unit_of_work(lambda: _ended(run))


def _ended(run: ImportRun) -> dict[str, Any]:
    row = lock_row(ImportRun, run.pk)
    stay = row.records.filter(undone_at=None).count()
    row.undo_state = UndoState.PARTLY if stay else UndoState.DONE
    row.undone_at = timezone.now()
    row.save(update_fields=["undo_state", "undone_at"])
    return {"undone": row.records.exclude(undone_at=None).count(), "stay": stay}


def undo_answer(run: ImportRun, *, by: Any) -> dict[str, Any]:
    """How far taking back a run is, with what stayed and why."""
    stay = run.records.filter(undone_at=None).exclude(refusal="").order_by("row")
    return {
        "state": run.undo_state,
        "job": run.undo_job_id,
        "undone": run.records.exclude(undone_at=None).count(),
        "stay": stay.count(),
        "refused": stays_as_rows([(entry, entry.refusal) for entry in stay[:SHOWN]], by),
    }
