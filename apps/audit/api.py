"""The audit trail over the API: read only, with ``verify`` as a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.audit.models import AuditEntry
from apps.audit.selectors import visible_columns
from apps.audit.services.chain import chain_head
from apps.audit.services.heads import head_exported
from apps.audit.services.verifying import VERIFY, verification_runs, verification_start
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.resource import ResourceViewSet
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write
from apps.core.registry import register_resource


@register_resource
class AuditEntryApi(ResourceViewSet):
    """Who did what, when, from where. Read only."""

    model, path = AuditEntry, "audit/entries"
    fields = (
        "id", "at", "event", "record_kind", "record", "record_label", "actor_kind", "user", "label",
        "address", "agent", "path", "request", "changes", "detail", "content_hash",
    )  # fmt: skip
    rename: ClassVar[dict[str, str]] = {"user": "user_id", "record": "record_id", "request": "request_id"}
    writable = False
    filters: ClassVar[dict[str, str]] = {
        "at": "at", "event": "event", "record_kind": "record_kind", "record": "record_id", "user": "user_id",
        "actor_kind": "actor_kind", "address": "address", "request": "request_id",
    }  # fmt: skip

    def represent(self, rows: Sequence[Any], **kwargs: Any) -> Sequence[dict[str, Any]]:
        """Changes of columns that the reader may not see elsewhere stay hidden here too."""
        data = super().represent(rows, **kwargs)
        for row, shown in zip(rows, data, strict=True):
            if "changes" in shown:
                shown["changes"] = visible_columns(row.record_kind, row.changes, self.request.user)
        return data


class VerifyView(GuardedView):
    """The chain's head here and the newest one outside the database, with the last verifications; POST has a
    job verify the whole trail."""

    bahi_app, needs = "audit", {"": (VERIFY,)}
    answers_later = True

    def get(self, request: Any) -> Response:
        data = {
            "head": chain_head(),
            "exported": head_exported("audit"),
            "runs": [
                {
                    "job": job.pk,
                    "state": job.state,
                    "asked_at": iso_time(job.created_at),
                    "result": job.result or None,
                }
                for job in verification_runs()
            ],
        }
        return Response(envelope(data))

    def post(self, request: Any) -> Response:
        def work() -> tuple[int, Any, str]:
            return (
                202,
                {"job": verification_start(request.user).pk},
                _("The verification runs in the background."),
            )

        return api_write(request, work)


register_routes([path("audit/verify/", VerifyView.as_view(), name="audit_verify")])
