"""Maintenance of the platform or of one organisation: everybody gets a clear answer, operators pass."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.core.platform_log import platform_log
from apps.tenancy.hosts import CACHE_SECONDS, forget_hosts
from apps.tenancy.models import Organisation, PlatformState

RETRY_SECONDS = 300


@dataclass(frozen=True)
class Maintenance:
    """What people are told; ``until`` may be unknown."""

    text: str
    until: datetime | None

    @property
    def retry_after(self) -> int:
        """Seconds until it is worth asking again."""
        left = int((self.until - timezone.now()).total_seconds()) if self.until else 0
        return left if left > 0 else RETRY_SECONDS


_platform: list[tuple[float, Maintenance | None]] = []


def maintenance_of(organisation: Any) -> Maintenance | None:
    """The platform's maintenance, else this organisation's; None when pages are served."""
    if organisation.maintenance:
        return Maintenance(organisation.maintenance_text, organisation.maintenance_until)
    return _of_platform()


def _of_platform() -> Maintenance | None:
    """Read at most every five seconds a process, as hosts are."""
    now = time.monotonic()
    if not _platform or _platform[0][0] < now:
        row = PlatformState.objects.filter(pk=1, maintenance=True).first()
        found = Maintenance(row.maintenance_text, row.maintenance_until) if row else None
        _platform[:] = [(now + CACHE_SECONDS, found)]
    return _platform[0][1]


def maintenance_forget() -> None:
    _platform.clear()


def maintenance_platform(*, on: bool, text: str = "", until: datetime | None = None) -> None:
    """Switch it for all organisations; the platform's own pages stay open."""
    row = PlatformState.current()
    row.maintenance, row.maintenance_text, row.maintenance_until = on, text.strip()[:300], until
    row.save(update_fields=["maintenance", "maintenance_text", "maintenance_until", "updated_at"])
    platform_log("maintenance", on=on, text=row.maintenance_text)
    maintenance_forget()


def maintenance_organisation(
    organisation: Organisation, *, on: bool, text: str = "", until: datetime | None = None
) -> None:
    """Switch it for one organisation. Its repeated tasks and waiting jobs rest meanwhile."""
    organisation.maintenance = on
    organisation.maintenance_text, organisation.maintenance_until = text.strip()[:300], until
    organisation.save(update_fields=["maintenance", "maintenance_text", "maintenance_until", "updated_at"])
    platform_log("maintenance", organisation=organisation, on=on, text=organisation.maintenance_text)
    forget_hosts()
