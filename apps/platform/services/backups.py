"""What the operator lets organisations choose of their backups."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.locks import lock_row
from apps.core.platform_log import platform_log
from apps.tenancy.models import PlatformState

BACKUP_FIELDS = ("backup_own_bucket", "backup_keep_days")
MOST_DAYS = 3650


def backups_allow(values: dict[str, Any]) -> None:
    """Change some of ``BACKUP_FIELDS``; holds at once for every organisation, whatever its plan says.

    Raises InvalidInput naming ``backup_keep_days``.
    """
    row = lock_row(PlatformState, PlatformState.current().pk)
    changes = {n: [getattr(row, n), value] for n, value in values.items() if getattr(row, n) != value}
    if not 1 <= values.get("backup_keep_days", 1) <= MOST_DAYS:
        text = _("From 1 to %(n)d days.") % {"n": MOST_DAYS}
        raise InvalidInput(text, field="backup_keep_days", code="invalid")
    if changes:
        for name, (_was, value) in changes.items():
            setattr(row, name, value)
        row.save(update_fields=[*changes, "updated_at"])
        platform_log("backups_allowed", changes=changes)
