"""Changing one field of many records: chosen, previewed, written by a job, taken back like an import."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotAllowed, NotFound, Refused
from apps.core.locks import lock_row
from apps.core.registry import resource_of
from apps.datatools.importing.editing import EditTarget, field_label
from apps.datatools.importing.targets import Record
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import ImportMode, ImportState, Origin
from apps.datatools.services.imports import storable_check
from apps.datatools.tasks import run_import
from apps.runtime.services.jobs import job_start

MOST = 20_000
TRIED = 100


def edit_find(pk: int, user: Any) -> ImportRun:
    """A bulk edit that this user began: it is written with the rights of whoever chose its records, so nobody
    else comes near it. Raises NotFound."""
    run = ImportRun.objects.filter(owner_id=user.pk, origin=Origin.EDIT, pk=pk).first()
    if run is None:
        raise NotFound(_("Not found."))
    return run


def edit_create(model: type[models.Model], ids: list[int], *, by: Any) -> ImportRun:
    """Keep which records were chosen. Raises NotAllowed, InvalidInput naming ``ids``."""
    view_class = resource_of(model)
    if view_class is None:
        raise InvalidInput(_("These records can't be changed."), field="target", code="unknown")
    target = EditTarget(view_class.path, "", None, by)
    if not 0 < len(ids) <= MOST:
        raise InvalidInput(_("Choose 1 to %(n)d records.") % {"n": MOST}, field="ids")
    return ImportRun.objects.create(
        target=target.key, origin=Origin.EDIT, owner=by, state=ImportState.CHECKED, mode=ImportMode.SKIP_BAD,
        file_name=f"{len(ids)} {target.title}"[:200], options={"ids": ids}, record_count=len(ids),
    )  # fmt: skip


def edit_target(run: ImportRun, *, by: Any) -> EditTarget:
    """What the run writes. Raises NotAllowed and InvalidInput as rights and fields are now."""
    return EditTarget(run.target, str(run.options.get("field") or ""), run.options.get("value"), by)


def edit_records(run: ImportRun) -> list[Record]:
    """The chosen records as rows."""
    return [Record(place, {"id": str(pk)}) for place, pk in enumerate(run.options["ids"], start=1)]


def edit_preview(run: ImportRun, name: str, value: Any, *, by: Any) -> dict[str, Any]:
    """What setting the field would do to the first hundred records, each with old, new or why not. Runs in
    the caller's unit of work. Raises NotAllowed (somebody else's edit), InvalidInput."""
    _own_or_refuse(run, by)
    storable_check(value, "value")
    target = EditTarget(run.target, name, value, by)
    ids = run.options["ids"]
    rows = target.preview(ids[:TRIED], by)
    return {"field": name, "rows": rows, "tried": len(rows), "count": len(ids)}


def edit_apply(run: ImportRun, name: str, value: Any, *, by: Any) -> ImportRun:
    """Enter the job that sets the field. Runs in the caller's unit of work; a run is applied once, by whoever
    began it."""
    _own_or_refuse(run, by)
    storable_check(value, "value")
    row = lock_row(ImportRun, run.pk)
    if row.origin != Origin.EDIT or row.state != ImportState.CHECKED:
        raise Refused(_("This change was started already."), code="invalid_transition", field="state")
    target = EditTarget(row.target, name, value, by)
    if not name:
        raise InvalidInput(_("This field is required."), field="field", code="required")
    row.options = {**row.options, "field": name, "value": value}
    row.state = ImportState.RUNNING
    row.file_name = f"{row.file_name}: {field_label(target.view_class, name)}"[:200]
    job = job_start(run_import, title=row.file_name, by=by, run_id=row.pk)
    row.job_id = job.pk
    row.save(update_fields=["options", "state", "file_name", "job_id"])
    return row


def _own_or_refuse(run: ImportRun, by: Any) -> None:
    if run.owner_id != by.pk:
        raise NotAllowed(_("You may not do this."))
