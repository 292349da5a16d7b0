"""API of backups: what there is, one more, the encrypted file."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.making import backups_of
from apps.backup.surfaces import MAKE
from apps.backup.targets import backup_target
from apps.backup.tasks import run_backup
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write
from apps.core.errors import NotFound
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.jobs import job_start

SHOWN = 60


class BackupsView(GuardedView):
    """Backups of this organisation, newest first; POST makes one more, by a job."""

    bahi_app, needs = "backup", {"": (MAKE,)}
    answers_later = True

    def get(self, request: Any) -> Response:
        found = backups_of(current_organisation().slug)[:SHOWN]
        return Response(envelope([{"file": i.file, "size": i.size, "at": iso_time(i.at)} for i in found]))

    def post(self, request: Any) -> Response:
        def work() -> tuple[int, Any, str]:
            job = job_start(run_backup, title=_("Backup"), by=request.user)
            return 202, {"job": job.pk}, _("The backup runs in the background.")

        return api_write(request, work)


class BackupView(GuardedView):
    """The encrypted file of one backup of this organisation."""

    bahi_app, needs = "backup", {"": (MAKE,)}

    def get(self, request: Any, name: str) -> FileResponse:
        slug = current_organisation().slug
        wanted = f"{slug}/{name}"
        if wanted not in {item.name for item in backups_of(slug)}:
            raise NotFound(_("Not found."))
        detail = {"kind": "backup", "file": name}
        run_in_unit_of_work(
            lambda: access_log_write(
                AccessEvent.EXPORT, request=request._request, user=request.user, detail=detail
            )
        )
        answer = FileResponse(backup_target().open(wanted), as_attachment=True, filename=name)
        answer["Content-Type"] = "application/octet-stream"
        return answer


register_routes(
    [
        path("backup/backups/", BackupsView.as_view(), name="backup_backups"),
        path("backup/backups/<str:name>/", BackupView.as_view(), name="backup_backup"),
    ]
)
