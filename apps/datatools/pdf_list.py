"""Any list as a PDF table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.documents.printing import PrintColumn, PrintReport, PrintRow, render_report

MAX_PDF_ROWS = 5_000
MAX_PDF_COLUMNS = 12


def list_pdf(title: str, headers: list[str], rows: Iterable[list[Any]]) -> bytes:
    """The first columns of an export on landscape pages. Raises InvalidInput for more rows than a PDF holds:
    a page that stops somewhere would be taken for the whole."""
    columns = tuple(PrintColumn(h.replace("_", " ").replace("/", " ")) for h in headers[:MAX_PDF_COLUMNS])
    body = []
    for number, row in enumerate(rows):
        if number >= MAX_PDF_ROWS:
            raise _too_large()
        body.append(PrintRow(tuple(str(cell) for cell in row[:MAX_PDF_COLUMNS])))
    return render_report(PrintReport(title=title, columns=columns, rows=tuple(body), landscape=True))


def more_than(queryset: Any, rows: int) -> bool:
    """Whether a list has more rows than these; reads no further."""
    return bool(queryset.order_by("pk").values_list("pk", flat=True)[rows : rows + 1])


def pdf_check(form: str, queryset: Any) -> None:
    """Raises InvalidInput (``too_large``) for a PDF of more records than one holds: what can't succeed isn't
    begun."""
    if form == "pdf" and more_than(queryset, MAX_PDF_ROWS):
        raise _too_large()


def _too_large() -> InvalidInput:
    return InvalidInput(
        _("A PDF holds at most %(n)d rows. Choose Excel or CSV, or narrow the list.") % {"n": MAX_PDF_ROWS},
        field="format",
        code="too_large",
    )
