"""Starting imports: at once when small, in a job that can be watched and resumed when large."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Refused
from apps.core.locks import lock_row
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing.correcting import Corrections, corrections_check, table_correct
from apps.datatools.importing.engine import (
    column_names,
    import_execute,
    mapping_check,
    mapping_suggest,
    records_group,
)
from apps.datatools.importing.reading import Table, table_read
from apps.datatools.importing.targets import Target, target_find
from apps.datatools.models import ImportMapping, ImportRun
from apps.datatools.models.imports import ImportMode, ImportState, Origin
from apps.files.models import StoredFile
from apps.runtime.services.jobs import job_start

INLINE_ROWS = 300


def mapping_read(raw: Any) -> dict[str, str]:
    """The ``mapping`` of a request: JSON object {column: field path}. Raises InvalidInput."""
    value = _json_read(raw, "mapping")
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise InvalidInput(_("Must be an object of column names and fields."), field="mapping")
    return {str(k): v for k, v in value.items()}


def options_read(raw: Any) -> dict[str, Any]:
    """The ``options`` of a request: a JSON object. Raises InvalidInput."""
    value = _json_read(raw, "options")
    if not isinstance(value, dict):
        raise InvalidInput(_("Must be an object."), field="options")
    return value


def corrections_read(raw: Any) -> Corrections:
    """The ``corrections`` of a request: JSON object {row: {column: text}}. Raises InvalidInput."""
    return corrections_check(_json_read(raw, "corrections"))


def _json_read(raw: Any, field: str) -> Any:
    """A value that a form sends as JSON text, a JSON body as it is; an empty object without it."""
    try:
        value = json.loads(raw) if isinstance(raw, str) and raw else raw or {}
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("This is not valid JSON."), field=field) from error
    storable_check(value, field)
    return value


def storable_check(value: Any, field: str) -> None:
    """Raises InvalidInput for texts that the database can't keep: NUL and half characters."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise InvalidInput(_("This text can't be stored."), field=field)


def columns_choose(target: Target, table: Table, given: dict[str, str]) -> dict[str, str]:
    """The given map, else the remembered one for these headers, else one by the names. Checked."""
    columns = given
    if not columns:
        remembered = ImportMapping.objects.filter(target=target.key).order_by("-updated_at")
        columns = next(
            (m.columns for m in remembered if set(m.columns) == set(table.headers)),
            mapping_suggest(target, table.headers),
        )
    mapping_check(target, table, columns)
    return {header: path for header, path in columns.items() if path}


def mapping_remember(target: Target, name: str, columns: dict[str, str], options: dict[str, Any]) -> None:
    """Keep a column map under a name."""
    row = ImportMapping.objects.filter(target=target.key, name=name).first() or ImportMapping(
        target=target.key, name=name
    )
    row.columns, row.options = columns, options
    row.save()


def import_start(
    *,
    target_key: str,
    content: bytes,
    file_name: str,
    mapping: dict[str, str],
    options: dict[str, Any],
    mode: str,
    dry_run: bool,
    by: Any,
    file: StoredFile | None = None,
    corrections: Corrections | None = None,
    begin: Callable[[ImportRun], ImportRun | None] | None = None,
) -> ImportRun:
    """Check the file and run the import, or queue it when it is large (``run.job_id``).

    ``corrections`` are cells put right since the file was made, see ``corrections_read``.
    ``begin`` saves the run, or gives the one that an earlier try of the same call has started.
    Raises InvalidInput for an unreadable file or a wrong map; errors of rows are kept on the run.
    """
    target = target_find(target_key)
    target.require(by)
    if mode not in ImportMode.values:
        raise InvalidInput(_("Must be all_or_nothing or skip_bad."), field="mode")
    table = table_correct(table_read(content, file_name), corrections or {})
    columns = columns_choose(target, table, mapping)
    records = records_group(target, table, columns)
    run = ImportRun(
        target=target.key,
        owner=by,
        file=file,
        file_name=file_name[:200],
        columns=columns,
        options=options,
        corrections=corrections or {},
        mode=mode,
        dry_run=dry_run,
    )
    if begin is None:
        run.save()
    elif (earlier := begin(run)) is not None:
        return earlier
    if len(table.rows) > INLINE_ROWS and file is not None:
        _queue(run, by)
    else:
        try:
            import_execute(run, target, records, by=by)
        except Exception:
            run.state, run.finished_at = ImportState.FAILED, timezone.now()
            run.save(update_fields=["state", "finished_at"])
            raise
        if not dry_run and not run.errors:
            mapping_remember(target, "last", columns, options)
    return run


def _queue(run: ImportRun, by: Any) -> None:
    from apps.datatools.tasks import run_import

    def work() -> None:
        title = _("Import of %(file)s") % {"file": run.file_name}
        job = job_start(run_import, title=title, by=by, run_id=run.pk)
        run.job_id = job.pk
        run.save(update_fields=["job_id"])

    run_in_unit_of_work(work)


def import_begin(run_id: int) -> None:
    """Mark a run as running (again). Raises Refused where what it brought is being or was taken back."""
    row = lock_row(ImportRun, run_id)
    if row.undo_state:
        raise Refused(_("This import was taken back already."), code="invalid_transition", field="undo_state")
    if row.finished_at is None:
        row.state = ImportState.RUNNING
        row.save(update_fields=["state"])


def import_resume(run: ImportRun, content: bytes, *, progress: Any = None) -> ImportRun:
    """Run (or go on with) a queued import from its stored file, or a bulk edit from its list of records."""
    if run.origin == Origin.EDIT:
        from apps.datatools.services.edits import edit_records, edit_target

        chosen = edit_target(run, by=run.owner)
        import_execute(run, chosen, edit_records(run), by=run.owner, progress=progress)
        return run
    target = target_find(run.target)
    target.require(run.owner)  # what was allowed when the job was entered may be taken back since
    table = table_correct(table_read(content, run.file_name), run.corrections)
    records = records_group(target, table, run.columns)
    import_execute(run, target, records, by=run.owner, progress=progress)
    return run


def run_answer(run: ImportRun) -> dict[str, Any]:
    """The result as the API gives it."""
    return {
        "id": run.pk,
        "state": run.state,
        "dry_run": run.dry_run,
        "records": run.record_count,
        "created": run.created_count,
        "updated": run.updated_count,
        "skipped": run.skipped_count,
        "errors": column_names(run, run.errors),
        "notes": run.notes,
        "job": run.job_id,
    }
