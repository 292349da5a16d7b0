"""Files of reports that a job writes: part by part as the report gives them, in the memory of one part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.datatools.exporting import SPOOL
from apps.datatools.reports.definition import Answer, Report, Row
from apps.datatools.reports.render import file_name, report_write
from apps.datatools.reports.stored import answer_of, values_again

PART = 5_000
MOST_PDF = 20_000


class _Parts:
    """The rows of a report, one part after the other. ``count``: how many were given so far."""

    def __init__(
        self, report: Report, values: dict[str, Any], user: Any, told: Callable[[int], None]
    ) -> None:
        self.report, self.values, self.user, self.told = report, values, user, told
        self.first = self._part("")
        self.count, self.balanced = 0, self.first.balanced

    def _part(self, cursor: str) -> Answer:
        return answer_of(self.report, {**self.values, "cursor": cursor, "limit": PART}, self.user)

    def rows(self) -> Iterator[Row]:
        part = self.first
        while True:
            yield from part.rows
            self.count += len(part.rows)
            self.told(self.count)
            if not part.more:
                return
            part = self._part(part.more)


def report_file(
    report: Report, given: dict[str, Any], form: str, user: Any, told: Callable[[int], None]
) -> tuple[IO[bytes], str, int]:
    """(content at its start, file name, number of rows) of a report with all its parts. Raises InvalidInput
    for parameters that don't hold any more, and for a PDF of more rows than one is read with; Refused for a
    slow report that wasn't worked out."""
    parts = _Parts(report, values_again(report, given, user), user, told)
    rows: Any = parts.rows()
    if form == "pdf":
        rows = _bounded(rows)
    out = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed by the caller
    report_write(out, report, parts.first, form, rows)
    out.seek(0)
    return out, file_name(report, parts.first, form), parts.count


def _bounded(rows: Iterator[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        found.append(row)
        pdf_rows_check(len(found))
    return found


def pdf_rows_check(count: int) -> None:
    """Raises InvalidInput (``too_large``) for more rows of a report than a PDF is read with."""
    if count > MOST_PDF:
        raise InvalidInput(
            _("A PDF holds at most %(n)d rows. Choose Excel or CSV, or narrow the report.") % {"n": MOST_PDF},
            field="format",
            code="too_large",
        )
