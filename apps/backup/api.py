"""API of whole exports: ask for one, see how far it is, take it once; with a fresh proof, as on the page."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.confirming import confirmed_or_refuse
from apps.backup import api_backups  # noqa: F401 - its addresses
from apps.backup.models import DataExport
from apps.backup.services.asking import export_begin
from apps.backup.services.exports import export_answer, export_give
from apps.backup.surfaces import EXPORT
from apps.core.access import may
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed, NotFound
from apps.core.file_answer import FileAnswer
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job

SHOWN = 20


class _ExportView(APIView):
    bahi_app = "backup"

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not may(request.user, EXPORT):
            raise NotAllowed(_("You may not export all data."))

    @staticmethod
    def own(request: Any, pk: int) -> DataExport:
        """Everybody sees his own exports only. Raises NotFound."""
        row = DataExport.objects.filter(pk=pk, owner_id=request.user.pk).first()
        if row is None:
            raise NotFound(_("Not found."))
        return row


class ExportsView(_ExportView):
    """One's own exports, newest first; POST asks for one more: a job makes it."""

    answers_later = True

    def get(self, request: Any) -> Response:
        rows = list(DataExport.objects.filter(owner_id=request.user.pk)[:SHOWN])
        return Response(envelope(_data(rows)))

    def post(self, request: Any) -> Response:
        confirmed_or_refuse(request)

        def work() -> tuple[int, Any, str]:
            row = export_begin(by=request.user, request=request._request)
            return 202, _data([row])[0], _("The export is made in the background.")

        return api_write(request, work)


class ExportView(_ExportView):
    """How far an export is: ``state`` is waiting, running, failed, ready, taken or over."""

    def get(self, request: Any, pk: int) -> Response:
        return Response(envelope(_data([self.own(request, pk)])[0]))


class ExportDownloadView(_ExportView):
    """The archive, once: the next call is refused."""

    def post(self, request: Any, pk: int) -> FileAnswer:
        confirmed_or_refuse(request)
        self.own(request, pk)
        row, stream = run_in_unit_of_work(lambda: export_give(pk, by=request.user, request=request._request))
        return export_answer(row, stream)


def _data(rows: list[DataExport]) -> list[dict[str, Any]]:
    """With the progress of their jobs, by one query."""
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[row.job_id for row in rows if row.job_id])}
    return [_one(row, jobs.get(row.job_id or 0)) for row in rows]


def _one(row: DataExport, job: Job | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": _state(row, job),
        "progress": job.progress if job is not None else None,
        "job": row.job_id,
        "tables": row.tables,
        "rows": row.rows,
        "files": row.files,
        "size": row.size,
        "sha256": row.sha256,
        "asked_at": iso_time(row.asked_at),
        "ready_at": iso_time(row.ready_at),
        "expires_at": iso_time(row.expires_at),
        "taken_at": iso_time(row.taken_at),
    }


def _state(row: DataExport, job: Job | None) -> str:
    if row.ready_at is None:
        return job.state if job is not None and job.finished_at is None else "failed"
    if row.taken_at is not None:
        return "taken"
    return "ready" if row.waiting else "over"


register_routes(
    [
        path("backup/exports/", ExportsView.as_view(), name="backup_exports"),
        path("backup/exports/<int:pk>/", ExportView.as_view(), name="backup_export"),
        path(
            "backup/exports/<int:pk>/download/", ExportDownloadView.as_view(), name="backup_export_download"
        ),
    ]
)
