"""Exports of any list with its own filters: CSV, XLSX, JSON and PDF.

Keys are written as the names that the import reads, so that a file can be brought back in. Cells that a
spreadsheet would run as a formula are kept as plain text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext as _

from apps.core.api.rendering import to_json
from apps.core.api.resource import ResourceViewSet
from apps.core.contribute import contributions_to
from apps.core.errors import InvalidInput
from apps.core.file_answer import FileAnswer
from apps.core.guards import hidden_fields
from apps.datatools.importing.targets import natural_field

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
}
CHUNK = 1000
Progress = Callable[[int], None]
SPOOL = 4 * 1024 * 1024
"""Bytes of an export that stay in memory; larger ones go to a temporary file."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """path: ``gstin`` or ``lines/product``; ``related``: model whose natural name replaces the id; ``text``:
    holds text, also where it looks like a number."""

    path: str
    related: type[models.Model] | None = None
    text: bool = False


def export_columns(view: ResourceViewSet, wanted: str = "") -> list[Column]:
    """Columns of an export: all fields and children, or those named (comma separated)."""
    hidden = _left_out(view.model, view.request.user)
    columns = [
        _column(name, view.model, view.rename.get(name, name))
        for name in view.representer().field_names
        if view.rename.get(name, name) not in hidden and name not in hidden
    ]
    columns += [Column(n) for n in contributions_to(view.model, view.request.user) if n not in view.fields]
    for child in view.children:
        hidden = _left_out(child.model, view.request.user)
        for name in (*child.fields, *child.read_fields):
            if child.rename.get(name, name) in hidden:
                continue
            columns.append(_column(f"{child.name}/{name}", child.model, child.rename.get(name, name)))
    if not wanted:
        return columns
    by_path = {column.path: column for column in columns}
    names = [part.strip() for part in wanted.split(",") if part.strip()]
    unknown = [name for name in names if name not in by_path]
    if unknown:
        raise InvalidInput(
            _("Unknown column: %(n)s.") % {"n": ", ".join(unknown)}, field="columns", code="unknown"
        )
    return [by_path[name] for name in names]


def _left_out(model: type[models.Model], user: Any) -> set[str]:
    """Guarded fields of which this user gets nothing."""
    return {name for name, tail in hidden_fields(model, user).items() if not tail}


def _column(path: str, model: type[models.Model], name: str) -> Column:
    """The column of a field, or of something worked out that has none."""
    field = next((f for f in model._meta.get_fields() if f.name == name), None)
    if field is not None and field.is_relation:
        return Column(path, field.related_model, text=True)
    return Column(path, text=isinstance(field, (models.CharField, models.TextField)))


def export_rows(
    view: ResourceViewSet, queryset: Any, columns: list[Column], progress: Progress | None = None
) -> Iterator[list[Any]]:
    """Rows of values; a record with children takes as many rows as its longest list of children.
    ``progress`` is told how many records were read."""
    heads = [c.path for c in columns if "/" not in c.path]
    child_names = {c.path.split("/", 1)[0] for c in columns if "/" in c.path}
    names: dict[type[models.Model], dict[int, str]] = {}
    only = {*heads, *child_names, "id"}
    for chunk in _chunks(queryset, _plain_columns(view, only), progress):
        records = view.represent(chunk, only=only, with_children=bool(child_names))
        _load_names(records, columns, names)
        if not child_names:
            yield from ([_named(record.get(c.path), c, names) for c in columns] for record in records)
            continue
        for record in records:
            yield from _record_rows(record, columns, names, child_names)


def _plain_columns(view: ResourceViewSet, wanted: set[str]) -> list[str] | None:
    """The table's columns that make these fields; None when one of them needs the record itself."""
    if getattr(type(view), "represent", None) is not ResourceViewSet.represent:
        return None
    return view.representer().plain_columns(wanted)


def _chunks(
    queryset: Any, columns: list[str] | None = None, progress: Progress | None = None
) -> Iterator[list[Any]]:
    """By primary key, so that a change while exporting neither skips nor doubles a row. ``columns``: rows
    with these only, which cost a fraction of records."""
    last, read = None, 0
    queryset = queryset.order_by("pk")
    if columns is not None:
        queryset = queryset.prefetch_related(None).values_list("pk", *columns, named=True)
    while True:
        chunk = list((queryset if last is None else queryset.filter(pk__gt=last))[:CHUNK])
        if not chunk:
            return
        yield chunk
        last, read = chunk[-1].pk, read + len(chunk)
        if progress:
            progress(read)


def _cells(record: dict[str, Any], path: str) -> list[Any]:
    if "/" not in path:
        return [record.get(path)]
    name, sub = path.split("/", 1)
    return [row.get(sub) for row in record.get(name, ())]


def _load_names(records: Iterable[dict[str, Any]], columns: list[Column], names: Any) -> None:
    wanted: dict[type[models.Model], set[int]] = {}
    for column in columns:
        if column.related is None:
            continue
        known = names.setdefault(column.related, {})
        for record in records:
            for value in _cells(record, column.path):
                ids = value if isinstance(value, list) else [value]
                wanted.setdefault(column.related, set()).update(
                    i for i in ids if i is not None and i not in known
                )
    for model, ids in wanted.items():
        if ids:
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", natural_field(model))
            names[model].update((pk, str(value)) for pk, value in rows)


def _record_rows(
    record: dict[str, Any], columns: list[Column], names: Any, child_names: set[str]
) -> Iterator[list[Any]]:
    height = max([1, *(len(record.get(name, ())) for name in child_names)])
    values = {column.path: _cells(record, column.path) for column in columns}
    for index in range(height):
        row = []
        for column in columns:
            cells = values[column.path]
            cell = cells[index] if index < len(cells) else None
            row.append(_named(cell, column, names))
        yield row


def _named(cell: Any, column: Column, names: Any) -> Any:
    if column.related is not None:
        known = names[column.related]
        return ", ".join(known.get(item, "") for item in (cell if isinstance(cell, list) else [cell]))
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, list):
        return ", ".join(str(item) for item in cell)
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False) if cell else ""
    return "" if cell is None else cell


def text_safe(value: Any) -> str:
    """A CSV cell that no spreadsheet runs: an apostrophe goes before what looks like a formula."""
    text = str(value)
    if text.startswith(FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def form_check(form: str) -> None:
    """Raises InvalidInput naming ``format`` for one that lists aren't written in."""
    if form not in FORMATS:
        raise InvalidInput(_("Must be csv, xlsx, json or pdf."), field="format")


def export_file(
    view: ResourceViewSet,
    queryset: Any,
    *,
    form: str,
    wanted: str = "",
    progress: Progress | None = None,
) -> IO[bytes]:
    """The export in a temporary file, at its start: memory is that of one chunk of rows, however many there
    are, and an error is answered as one instead of cutting a download short. ``form`` is one of FORMATS."""
    form_check(form)
    out = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed by the response
    if form == "json":
        _json_write(out, view, queryset, progress)
    else:
        columns = export_columns(view, wanted)
        headers = [column.path for column in columns]
        rows = export_rows(view, queryset, columns, progress)
        if form == "csv":
            _csv_write(out, headers, rows)
        elif form == "xlsx":
            xlsx_write(out, columns, rows)
        else:
            out.write(_pdf_bytes(view, headers, rows))
    out.seek(0)
    return out


def export_name(view: ResourceViewSet, form: str) -> str:
    """What the file of an export is called."""
    return f"{view.path.split('/')[-1]}.{form}"


def export_answer(view: ResourceViewSet, queryset: Any, *, form: str, wanted: str = "") -> FileAnswer:
    """The export as a download."""
    name = export_name(view, form)
    content = export_file(view, queryset, form=form, wanted=wanted)
    return FileAnswer(content, as_attachment=True, filename=name, content_type=FORMATS[form])


def _json_write(
    out: IO[bytes], view: ResourceViewSet, queryset: Any, progress: Progress | None = None
) -> None:
    between = b"["
    for chunk in _chunks(queryset, None, progress):
        out.write(between + to_json(view.represent(chunk))[1:-1])
        between = b","
    out.write(b"]" if between == b"," else b"[]")


def _csv_write(out: IO[bytes], headers: list[str], rows: Iterable[list[Any]]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows([text_safe(cell) for cell in row] for row in rows)
    text.detach()


def xlsx_write(out: IO[bytes], columns: list[Column], rows: Iterable[list[Any]]) -> None:
    """A sheet written in constant memory; texts stay texts, also ``1.10`` and those that begin with ``=``."""
    import xlsxwriter  # six megabytes that only a process which writes sheets needs

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column.path, bold)
    texts = [column.text for column in columns]
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _write_cell(sheet, number, index, cell, text=texts[index])
    book.close()


def _write_cell(sheet: Any, number: int, index: int, cell: Any, *, text: bool) -> None:
    """Decimals become numbers (up to 15 digits), but for what is ``text``."""
    if isinstance(cell, str) and not text and "." in cell and _is_number(cell) and len(cell) <= 16:
        sheet.write_number(number, index, float(cell))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        sheet.write_number(number, index, cell)
    elif cell != "":
        sheet.write_string(number, index, str(cell)[:32_767])


def _pdf_bytes(view: ResourceViewSet, headers: list[str], rows: Iterable[list[Any]]) -> bytes:
    from apps.datatools.pdf_list import list_pdf

    return list_pdf(str(view.model._meta.verbose_name_plural).capitalize(), headers, rows)
