"""The import engine: map columns, group rows into records, check or write them in chunks, resume."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import Busy, FieldError, InvalidInput
from apps.core.locks import lock_row
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing.correcting import errors_answer
from apps.datatools.importing.provenance import written_keep
from apps.datatools.importing.reading import Table
from apps.datatools.importing.targets import Outcome, Record, Target
from apps.datatools.models.imports import ImportMode, ImportRun, ImportState

CHUNK = 200
MAX_ERRORS = 5_000
PROGRESS = ("done_count", "created_count", "updated_count", "skipped_count", "errors", "notes")
"""What a chunk changes of its run, in its own transaction: a killed import counts nothing twice."""


class _RollBack(Exception):
    """Carries the outcome out of a transaction that must leave nothing."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def mapping_suggest(target: Target, headers: list[str]) -> dict[str, str]:
    """{column: field path} for headers that name a field by path or label, whatever the case."""
    known: dict[str, str] = {}
    for item in target.fields():
        for text in (item.path, item.label, item.path.split("/")[-1]):
            known.setdefault(_bare(text), item.path)
    return {header: known[_bare(header)] for header in headers if _bare(header) in known}


def _bare(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())


def mapping_check(target: Target, table: Table, columns: dict[str, str], *, strict: bool = True) -> None:
    """Raises InvalidInput: unknown columns of the file, unknown fields, required fields without a column."""
    fields = {item.path: item for item in target.fields()}
    errors = [
        FieldError(header, _("Unknown column. Map it or leave it out."), "unknown_column")
        for header in table.headers
        if header and header not in columns and strict
    ]
    for header, path in columns.items():
        if header not in table.headers:
            errors.append(FieldError(header, _("The file has no such column."), "missing_column"))
        elif path and path not in fields:
            errors.append(FieldError(header, _("There is no field “%(p)s”.") % {"p": path}, "unknown_field"))
    mapped = set(columns.values())
    errors.extend(
        FieldError(item.path, _("A column for this field is needed."), "required")
        for item in fields.values()
        if item.required
        and item.path not in mapped
        and ("/" not in item.path or getattr(target, "gathers", False))
    )
    if errors:
        raise InvalidInput(errors)


def records_group(target: Target, table: Table, columns: dict[str, str]) -> list[Record]:
    """Rows to records: a row whose key is empty or the same as above continues the record above."""
    places = [(i, columns.get(header, "")) for i, header in enumerate(table.headers) if columns.get(header)]
    if getattr(target, "gathers", False):
        return _gathered(target, table, places)
    keyed = any(path == target.group_by for _i, path in places)
    records: list[Record] = []
    for number, cells in table.rows:
        head = {path: cells[i] for i, path in places if "/" not in path}
        key = head.get(target.group_by, "")
        same = keyed and bool(records) and (not key or key == records[-1].head.get(target.group_by))
        has_children = any("/" in path for _i, path in places)
        if not (same and has_children):
            records.append(Record(number, head))
        _add_children(records[-1], number, cells, places)
    return records


def _gathered(target: Target, table: Table, places: list[tuple[int, str]]) -> list[Record]:
    """Rows with one key belong together wherever they stand; a row without it stands alone."""
    records: list[Record] = []
    by_key: dict[str, Record] = {}
    for number, cells in table.rows:
        head = {path: cells[i] for i, path in places if "/" not in path}
        key = head.get(target.group_by, "")
        record = by_key.get(key) if key else None
        if record is None:
            record = Record(number, head)
            records.append(record)
            by_key[key] = record
        _add_children(record, number, cells, places)
    return records


def _add_children(record: Record, number: int, cells: list[str], places: list[tuple[int, str]]) -> None:
    rows: dict[str, dict[str, str]] = {}
    for index, path in places:
        if "/" in path:
            name, sub = path.split("/", 1)
            rows.setdefault(name, {})[sub] = cells[index]
    for name, values in rows.items():
        if any(values.values()):
            record.children.setdefault(name, []).append((number, values))


def import_execute(
    run: ImportRun, target: Target, records: list[Record], *, by: Any, progress: Any = None
) -> None:
    """Check (dry run) or write all records of a run, and keep the result on it.

    All or nothing: one transaction. Skip bad: chunks of 200 records, each its own transaction together
    with ``done_count``, so that a run that was killed goes on where it stopped.
    """
    run.record_count = len(records)
    if run.dry_run or run.mode == ImportMode.ALL_OR_NOTHING:
        outcome = _at_once(run, target, records, by, progress)
        _keep(run, outcome, records, len(records))
        run.state = ImportState.CHECKED if run.dry_run else ImportState.DONE
        if not run.dry_run and outcome.errors:
            run.state = ImportState.FAILED
            run.created_count = run.updated_count = 0
    else:
        _in_chunks(run, target, records, by, progress)
        run.state = ImportState.DONE
    run.finished_at = timezone.now()
    run.save()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the cyclic garbage of one chunk until it is done: searching ten thousands of living rows for it
    again and again costs a fifth of an import's time. Memory stays that of a chunk."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def chunk_of(target: Target) -> int:
    """Records in one call of a target; those that write in bulk take more."""
    return getattr(target, "chunk", CHUNK)


def _at_once(run: ImportRun, target: Target, records: list[Record], by: Any, progress: Any) -> Outcome:
    def work() -> Outcome:
        total = Outcome()
        size = chunk_of(target)
        for start in range(0, len(records), size):
            with collector_paused():
                part = target.apply(records[start : start + size], by=by, options=run.options)
            _add(total, part)
        if run.dry_run or total.errors:
            raise _RollBack(total)
        written_keep(run, total.written)
        return total

    try:
        return run_in_unit_of_work(work)
    except _RollBack as ended:
        return ended.outcome


def _in_chunks(run: ImportRun, target: Target, records: list[Record], by: Any, progress: Any) -> None:
    size = chunk_of(target)
    while run.done_count < len(records):
        chunk = records[run.done_count : run.done_count + size]

        def work(chunk: list[Record] = chunk) -> ImportRun:
            if lock_row(ImportRun, run.pk).done_count != run.done_count:
                raise Busy(_("Another worker goes on with this import."))
            with collector_paused():
                outcome = target.apply(chunk, by=by, options=run.options)
            written_keep(run, outcome.written)
            step = copy(run)
            _keep(step, outcome, chunk, run.done_count + len(chunk))
            step.save(update_fields=PROGRESS)
            return step

        step = run_in_unit_of_work(work)
        for name in PROGRESS:
            setattr(run, name, getattr(step, name))
        if progress is not None:
            progress(run.done_count, len(records))


def _add(total: Outcome, part: Outcome) -> None:
    total.created += part.created
    total.updated += part.updated
    total.skipped += part.skipped
    total.errors.extend(part.errors)
    total.written.extend(part.written)
    total.notes = part.notes


def _keep(run: ImportRun, outcome: Outcome, records: list[Record], done: int) -> None:
    run.created_count += outcome.created
    run.updated_count += outcome.updated
    run.skipped_count += outcome.skipped
    run.notes = outcome.notes
    room = MAX_ERRORS - len(run.errors)
    run.errors = [*run.errors, *errors_answer(outcome.errors[:room], records)]
    run.done_count = done


def column_names(run: ImportRun, errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors with the file's own column names instead of field paths."""
    by_path = {path: header for header, path in run.columns.items()}
    return [{**error, "column": by_path.get(error["column"], error["column"])} for error in errors]
