"""The panel "Shared with" of a record's page: where single records of its kind can be opened to people."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.core.access import may
from apps.core.scope import grant_model, kind_of, record_open

GRANT = "accounts.grant_object"
OFFERED = ("view", "change")


def sharing_of(record: models.Model, user: Any) -> dict[str, str] | None:
    """Which record, and the permissions on it that this person may hand on; None where there is no panel."""
    if not may(user, GRANT) or grant_model(type(record)) is None:
        return None
    if getattr(record, "deleted_at", None) is not None:
        return None
    meta = record._meta
    held = [
        f"{meta.app_label}.{action}_{meta.model_name}"
        for action in OFFERED
        if may(user, f"{meta.app_label}.{action}_{meta.model_name}") and record_open(record, user, action)
    ]
    return {"target": f"{kind_of(record)}:{record.pk}", "may": " ".join(held)}
