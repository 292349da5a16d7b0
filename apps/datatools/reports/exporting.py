"""A report as a file: at once, or by a job where it has many rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.datatools.models import ExportFile
from apps.datatools.models.exports import ExportSource
from apps.datatools.permissions import EXPORT_REPORT
from apps.datatools.reports.definition import Report
from apps.datatools.reports.files import pdf_rows_check
from apps.datatools.reports.render import report_bytes
from apps.datatools.reports.stored import answer_of, given_of
from apps.datatools.services.exports import export_begin

FORMATS = ("pdf", "xlsx", "csv")


def export_require(user: Any) -> None:
    """Ask before anything is read from the request. Raises NotAllowed."""
    if not may(user, EXPORT_REPORT):
        raise NotAllowed(_("You may not save reports as files."))


def report_export(
    report: Report, values: dict[str, Any], form: str, request: Any
) -> HttpResponse | ExportFile:
    """The report as a file, entered in the access log; one with many rows is begun as a job's export.

    The caller has asked ``export_require``. Raises InvalidInput naming ``format``."""
    if form not in FORMATS:
        raise InvalidInput(_("Must be pdf, xlsx, csv or json."), field="format")
    limit = setting("datatools.export_rows")
    answer = answer_of(report, {**values, "cursor": "", "limit": limit}, request.user)
    asked = {"kind": report.name, "format": form, "query": request.META.get("QUERY_STRING", "")[:500]}

    def note() -> None:
        access_log_write(AccessEvent.EXPORT, request=request, user=request.user, detail=asked)

    if answer.more or len(answer.rows) > limit:
        if form == "pdf":
            pdf_rows_check(len(answer.rows) + bool(answer.more))  # what can't succeed isn't begun

        def begin() -> ExportFile:
            note()
            given = {"given": given_of(report, values)}
            name, title = report.name, str(report.title)
            return export_begin(ExportSource.REPORT, name, form, given, title=title, by=request.user)

        return run_in_unit_of_work(begin)
    content, kind, name = report_bytes(report, answer, form)
    note()
    response = HttpResponse(content, content_type=kind)
    place = "inline" if form == "pdf" else "attachment"
    response["Content-Disposition"] = f'{place}; filename="{name}"'
    return response
