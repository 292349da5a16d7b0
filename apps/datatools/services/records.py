"""What the data tools leave on record."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.accounts.models import AccessLog
from apps.core.scope import kind_of


def export_record(model: type[models.Model], form: str, request: Any) -> None:
    """Note in the access log who exported what, with which filters."""
    user = request.user
    AccessLog.objects.create(
        event="export",
        user_id=user.pk,
        label=str(user)[:200],
        address=request.META.get("REMOTE_ADDR", "")[:45],
        path=request.get_full_path()[:300],
        detail={"kind": kind_of(model), "format": form},
    )
