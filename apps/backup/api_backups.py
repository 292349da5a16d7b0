"""API of backups: what there is, one more, the encrypted file."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.backup.services.handing_out import backup_start, backup_take_out, backups_newest
from apps.backup.surfaces import MAKE
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write


class BackupsView(GuardedView):
    """Backups of this organisation, newest first; POST makes one more, by a job."""

    bahi_app, needs = "backup", {"": (MAKE,)}
    answers_later = True

    def get(self, request: Any) -> Response:
        found = backups_newest()
        return Response(envelope([{"file": i.file, "size": i.size, "at": iso_time(i.at)} for i in found]))

    def post(self, request: Any) -> Response:
        def work() -> tuple[int, Any, str]:
            return 202, {"job": backup_start(request.user).pk}, _("The backup runs in the background.")

        return api_write(request, work)


class BackupView(GuardedView):
    """The encrypted file of one backup of this organisation."""

    bahi_app, needs = "backup", {"": (MAKE,)}

    def get(self, request: Any, name: str) -> FileResponse:
        file = backup_take_out(name, by=request.user, request=request._request)
        answer = FileResponse(file, as_attachment=True, filename=name)
        answer["Content-Type"] = "application/octet-stream"
        return answer


register_routes(
    [
        path("backup/backups/", BackupsView.as_view(), name="backup_backups"),
        path("backup/backups/<str:name>/", BackupView.as_view(), name="backup_backup"),
    ]
)
