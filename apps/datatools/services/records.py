"""What the data tools leave on record."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.scope import kind_of


def export_record(model: type[models.Model], form: str, request: Any) -> None:
    """Note in the access log who exported what, with which filters."""
    asked = {"kind": kind_of(model), "format": form, "query": request.META.get("QUERY_STRING", "")[:500]}
    access_log_write(AccessEvent.EXPORT, request=request, user=request.user, detail=asked)
