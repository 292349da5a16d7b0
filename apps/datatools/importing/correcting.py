"""Cells of a file that are put right where its problems are shown: the file itself stays as it came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.datatools.importing.reading import Table, cell_clean
from apps.datatools.importing.targets import Record, RowError

MAX_CELLS = 5_000
"""As many as problems are shown."""
Corrections = dict[str, dict[str, str]]


def corrections_check(value: Any) -> Corrections:
    """{row of the file: {column: text}} as it was sent. Raises InvalidInput (``corrections``)."""
    if not isinstance(value, dict) or not all(isinstance(cells, dict) for cells in value.values()):
        raise _refused(_("Must be an object of rows, each an object of columns and texts."))
    if sum(len(cells) for cells in value.values()) > MAX_CELLS:
        raise _refused(_("At most %(n)d cells can be corrected here. Correct the file.") % {"n": MAX_CELLS})
    if not all(isinstance(text, str) for cells in value.values() for text in cells.values()):
        raise _refused(_("Must be an object of rows, each an object of columns and texts."))
    return {row: {column: cell_clean(text) for column, text in cells.items()} for row, cells in value.items()}


def table_correct(table: Table, corrections: Corrections) -> Table:
    """The table with these cells. Raises InvalidInput for a row or column that the file doesn't have."""
    if not corrections:
        return table
    places = {header: index for index, header in enumerate(table.headers) if header}
    left = dict(corrections)
    rows = [(number, _cells(cells, left.pop(str(number), {}), places)) for number, cells in table.rows]
    if left:
        raise _refused(_("The file has no row %(row)s.") % {"row": next(iter(left))})
    return replace(table, rows=rows)


def _cells(cells: list[str], changed: dict[str, str], places: dict[str, int]) -> list[str]:
    if not changed:
        return cells
    found = list(cells)
    for column, text in changed.items():
        if column not in places:
            raise _refused(_("The file has no column “%(c)s”.") % {"c": column})
        found[places[column]] = text
    return found


def errors_answer(errors: list[RowError], records: list[Record]) -> list[dict[str, Any]]:
    """Errors of these records as they are kept: with ``value``, the cell's text, where it is one cell's."""
    if not errors:
        return []
    cells: dict[tuple[int, str], str] = {}
    for record in records:
        cells |= {(record.row, path): text for path, text in record.head.items()}
        for name, rows in record.children.items():
            cells |= {
                (number, f"{name}/{sub}"): text for number, values in rows for sub, text in values.items()
            }
    found = []
    for error in errors:
        text = cells.get((error.row, error.column))
        found.append(error.as_dict() if text is None else {**error.as_dict(), "value": text})
    return found


def _refused(text: str) -> InvalidInput:
    return InvalidInput(text, field="corrections")
