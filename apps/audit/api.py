"""The audit trail over the API: read only, with ``verify`` as a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from apps.audit.models import AuditEntry
from apps.audit.selectors import visible_columns
from apps.core.api.resource import ResourceViewSet
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
