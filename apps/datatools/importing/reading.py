"""Reading CSV and XLSX into a table of texts, with limits, whatever the file really is."""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput

MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELL = 32_767
MAX_UNPACKED = 250 * 1024 * 1024
MAX_CELLS = 6_000_000
"""Of the rectangle that a sheet's cells span."""
MAX_HEADER = 200
_PIECE, _OVERLAP = 1024 * 1024, 32
_CELL_NAME = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    python_calamine.CalamineError,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,  # zipfile's word for a version or packing that it doesn't know
    OSError,
    RuntimeError,
    ValueError,
)
"""What zip and sheet readers raise for files that are broken, encrypted or packed in unknown ways."""


@dataclass(frozen=True)
class Table:
    """headers, and rows as (number in the file counted from 1, cells as texts)."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]


def table_read(content: bytes, name: str) -> Table:
    """The first sheet or the CSV. Raises InvalidInput naming ``file``."""
    if not content.strip():
        raise InvalidInput(_("The file is empty."), field="file", code="empty")
    rows = _xlsx_rows(content) if content[:4] == b"PK\x03\x04" else _csv_rows(content)
    return _as_table(rows)


def _csv_rows(content: bytes) -> list[list[str]]:
    text = _decode(content)
    if "\x00" in text:
        raise InvalidInput(_("This is neither CSV text nor XLSX."), field="file", code="format")
    sample = text[:10_000]
    try:
        dialect: Any = csv.Sniffer().sniff(sample, delimiters=",;\t|")
        dialect.doublequote = True
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(MAX_CELL * 4)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise InvalidInput(
            _("The CSV can't be read: %(e)s.") % {"e": error}, field="file", code="format"
        ) from error


def _decode(content: bytes) -> str:
    """UTF-16 where its mark says so (spreadsheets call it "Unicode text"), else UTF-8 (with or without BOM)
    or, when it isn't that, Windows-1252 as spreadsheets write it."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(_("The text is neither UTF-8 nor Windows-1252."), field="file", code="encoding")


def _xlsx_rows(content: bytes) -> list[list[str]]:
    """The first sheet's rows, blank ones at the top too, so that their numbers are the sheet's."""
    _archive_check(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        top = (sheet.start or (0, 0))[0]
        found = sheet.to_python(skip_empty_area=True)
    except _BROKEN as error:
        raise _unreadable() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's way to say that a file broke it
            raise
        raise _unreadable() from error
    return [[] for _blank in range(top)] + [[_cell_text(cell) for cell in row] for row in found]


def _unreadable() -> InvalidInput:
    return InvalidInput(_("The XLSX file can't be read."), field="file", code="format")


def _archive_check(content: bytes) -> None:
    """Unpack piece by piece what the reader would unpack at once. Raises InvalidInput when it is too much.

    The reader sets aside room for the whole rectangle that the cells span, so one cell in the last corner of
    a sheet of five kilobytes would take the machine's memory: the corner is looked for first.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for item in archive.infolist():
                corner = [0, 0]
                for piece in _pieces(archive, item):
                    unpacked += len(piece) - _OVERLAP
                    if unpacked > MAX_UNPACKED:
                        raise _too_large()
                    if item.filename.startswith("xl/worksheets/"):
                        _corner_find(piece, corner)
                if corner[0] * corner[1] > MAX_CELLS:
                    raise _too_large()
    except _BROKEN as error:
        raise _unreadable() from error


def _too_large() -> InvalidInput:
    text = _("The sheet is too large when unpacked: take out cells far below or right of the table.")
    return InvalidInput(text, field="file", code="too_large")


def _pieces(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked member in pieces that overlap, so that no cell's name falls between two."""
    with archive.open(item) as stream:
        tail = b" " * _OVERLAP
        while piece := stream.read(_PIECE):
            yield tail + piece
            tail = (tail + piece)[-_OVERLAP:]


def _corner_find(piece: bytes, corner: list[int]) -> None:
    for column, row in _CELL_NAME.findall(piece):
        wide = 0
        for letter in column:
            wide = wide * 26 + letter - 64
        corner[0], corner[1] = max(corner[0], int(row)), max(corner[1], wide)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != datetime.min.time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _as_table(raw: list[list[str]]) -> Table:
    numbered = [(i, row) for i, row in enumerate(raw, start=1) if any(cell.strip() for cell in row)]
    if not numbered:
        raise InvalidInput(_("The file has no rows."), field="file", code="empty")
    headers = [cell_clean(cell)[:MAX_HEADER] for cell in numbered[0][1]]
    if len(headers) > MAX_COLUMNS:
        raise InvalidInput(_("The file has more than %(n)d columns.") % {"n": MAX_COLUMNS}, field="file")
    if len(numbered) - 1 > MAX_ROWS:
        raise InvalidInput(_("The file has more than %(n)d rows.") % {"n": MAX_ROWS}, field="file")
    twice = sorted({h for h in headers if h and headers.count(h) > 1})
    if twice:
        raise InvalidInput(
            _("These columns come twice: %(c)s.") % {"c": ", ".join(twice)}, field="file", code="duplicate"
        )
    width = len(headers)
    rows = [(n, [cell_clean(c) for c in row[:width]] + [""] * (width - len(row))) for n, row in numbered[1:]]
    return Table(headers, rows)


def cell_clean(cell: str) -> str:
    """Trimmed text that the database can keep: no NUL, no half characters; the apostrophe by which
    spreadsheets mark a text cell is dropped."""
    text = cell.strip()[:MAX_CELL].replace("\x00", "").encode("utf-8", "ignore").decode()
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text
