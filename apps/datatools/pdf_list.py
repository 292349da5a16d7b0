"""Any list as a PDF table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.documents.printing import PrintColumn, PrintReport, PrintRow, render_report

MAX_PDF_ROWS = 5_000
MAX_PDF_COLUMNS = 12


def list_pdf(title: str, headers: list[str], rows: Iterable[list[Any]]) -> bytes:
    """The first columns and rows of an export on landscape pages."""
    columns = tuple(PrintColumn(h.replace("_", " ").replace("/", " ")) for h in headers[:MAX_PDF_COLUMNS])
    body = []
    for number, row in enumerate(rows):
        if number >= MAX_PDF_ROWS:
            break
        body.append(PrintRow(tuple(str(cell) for cell in row[:MAX_PDF_COLUMNS])))
    return render_report(PrintReport(title=title, columns=columns, rows=tuple(body), landscape=True))
