"""Background jobs over the API: each person's own, all of them for whoever has the wider level."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.core.access import may
from apps.core.api.resource import ResourceViewSet
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed
from apps.core.registry import register_resource
from apps.runtime.models import Job
from apps.runtime.permissions import MANAGE
from apps.runtime.services.jobs import job_cancel, job_retry


@register_resource
class JobApi(ResourceViewSet):
    model, path = Job, "jobs"
    fields = (
        "id", "title", "task", "status", "done", "total", "progress", "message", "error", "result",
        "result_url", "owner", "attempts", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    read_only = fields
    rename = {"status": "state", "done": "done_count", "total": "total_count", "owner": "owner_id"}
    filters = {"status": "state", "task": "task", "owner": "owner_id", "created_at": "created_at"}
    orderings = {"created_at": "created_at", "finished_at": "finished_at"}
    writable = False
    personal = True
    verbs = {"cancel": "cancel", "retry": "retry"}

    def require(self, action: str) -> None:
        """Everybody follows his own jobs."""

    def queryset(self, action: str = "view") -> Any:
        """All jobs for whoever manages them, else one's own; for an API key with limits what it began."""
        user = self.request.user
        if may(user, "runtime.view_job"):
            return Job.objects.for_user(user)
        mine = Job.objects.filter(owner_id=user.pk)
        return mine if user.key_scopes is None else mine.filter(scopes=list(user.key_scopes))

    def _act(self, request: Any, pk: int, service: Any, text: str) -> Response:
        job, scopes = self.record(pk), request.user.key_scopes
        mine = job.owner_id == request.user.pk and (scopes is None or job.scopes == list(scopes))
        if not mine and not may(request.user, MANAGE):
            raise NotAllowed(_("Only its owner may do this with a job."))
        return api_write(request, lambda: (200, self.one(service(job, by=request.user)), text))

    def cancel(self, request: Any, pk: int) -> Response:
        return self._act(request, pk, job_cancel, _("The job was asked to stop."))

    def retry(self, request: Any, pk: int) -> Response:
        return self._act(request, pk, job_retry, _("The job runs again."))
