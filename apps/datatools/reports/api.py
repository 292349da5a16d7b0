"""Reports over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.rendering import envelope
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed
from apps.core.surfaces import Declared, codes
from apps.datatools.models import ExportFile
from apps.datatools.permissions import EXPORT_REPORT
from apps.datatools.reports.definition import Report, report_allowed, reports
from apps.datatools.reports.exporting import export_require, report_export
from apps.datatools.reports.params import values_read
from apps.datatools.reports.render import report_data
from apps.datatools.reports.stored import answer_of, stored_data, stored_start


class ReportView(APIView):
    """``GET <app>/reports/<key>/`` with the report's parameters; ``format=pdf|xlsx|csv`` gives a file."""

    report: Report
    default_format = "json"

    @classmethod
    def declared_access(cls, action: str, verb: str) -> Declared:
        file = (EXPORT_REPORT,) if cls.default_format != "json" else ()
        return codes(*file, any_of=cls.report.permissions)

    def get(self, request: Request) -> Any:
        if not report_allowed(self.report, request.user):
            raise NotAllowed(_("You may not see this report."))
        form = request.query_params.get("format", self.default_format)
        if form != "json":
            export_require(request.user)
        values = values_read(self.report, request.query_params.dict(), request.user)
        if self.report.slow and form == "json":
            return Response(envelope(stored_data(self.report, values, request.user)))
        if form != "json":
            found = report_export(self.report, values, form, request._request)
            if isinstance(found, ExportFile):
                data = {"job": found.job_id, "export": found.pk}
                return Response(envelope(data, message=_("Started in the background.")), status=202)
            return found
        answer = answer_of(self.report, values, request.user)
        return Response(envelope(report_data(self.report, answer, values)))


class SlowReportView(ReportView):
    """``POST`` has the report worked out by a job (202), ``GET`` gives what one's last job found."""

    answers_later = True

    def post(self, request: Request) -> Any:
        if not report_allowed(self.report, request.user):
            raise NotAllowed(_("You may not see this report."))
        given = {name: str(value) for name, value in dict(request.data).items()}
        values = values_read(self.report, given, request.user)

        def work() -> tuple[int, Any, str]:
            job = stored_start(self.report, values, by=request.user)
            return 202, {"job": job.pk, "status": job.state}, _("Started in the background.")

        return api_write(request, work)


def api_routes() -> list[Any]:
    """Addresses of all reports, relative to ``api/v1/``."""
    routes = []
    for report in reports().values():
        attrs = {"report": report, "bahi_app": report.app}
        view = type("ReportView", (SlowReportView if report.slow else ReportView,), attrs)
        exporter = type("ReportExportView", (ReportView,), {**attrs, "default_format": "xlsx"})
        base = f"{report.app}/reports/{report.key}/"
        routes.append(path(base, view.as_view(), name=f"api_{report.url_name}"))
        routes.append(path(f"{base}export/", exporter.as_view(), name=f"api_{report.url_name}_export"))
    return routes
