"""What the platform tells people: read from memory of the process, at most ten seconds old."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.access import access_of
from apps.core.errors import NotFound
from apps.core.platform_log import platform_log
from apps.core.validation import clean_instance
from apps.platform.choices import Audience
from apps.platform.models import Announcement, AnnouncementSeen

CACHE_SECONDS = 10.0


@dataclass(frozen=True)
class Current:
    row: Announcement
    organisations: frozenset[int]

    def is_for(self, organisation_id: int, user: Any) -> bool:
        if self.organisations and organisation_id not in self.organisations:
            return False
        if not self.row.starts_at <= timezone.now() < self.row.ends_at:
            return False
        return self.row.audience == Audience.EVERYBODY or "*" in access_of(user).permissions


_current: list[tuple[float, list[Current]]] = []


def announcements_forget() -> None:
    _current.clear()


def announcements_for(organisation: Any, user: Any) -> list[Announcement]:
    """Those that this person is to see on his pages now; no query while there is none."""
    rows = [item.row for item in _now() if item.is_for(organisation.pk, user)]
    if not rows:
        return []
    seen = set(
        AnnouncementSeen.objects.filter(
            organisation_id=organisation.pk, user_id=user.pk, announcement__in=rows
        ).values_list("announcement_id", flat=True)
    )
    return [row for row in rows if row.pk not in seen or not row.may_dismiss]


def _now() -> list[Current]:
    moment = time.monotonic()
    if not _current or _current[0][0] < moment:
        now = timezone.now()
        rows = Announcement.objects.filter(
            Q(starts_at__lte=now + timezone.timedelta(minutes=1)), ends_at__gt=now
        ).prefetch_related("organisations")[:20]
        found = [Current(row, frozenset(o.pk for o in row.organisations.all())) for row in rows]
        _current[:] = [(moment + CACHE_SECONDS, found)]
    return _current[0][1]


def announcement_save(row: Announcement, values: dict[str, Any]) -> Announcement:
    """Make or change one. ``organisations``: for these only, none for all. Raises InvalidInput."""
    chosen, changed = values.pop("organisations", None), row.pk is not None
    for name, value in values.items():
        setattr(row, name, value)
    clean_instance(row)
    row.save()
    if chosen is not None:
        row.organisations.set(chosen)
    announcement_saved(row, changed=changed)
    return row


def announcement_saved(row: Announcement, *, changed: bool) -> None:
    """What goes with it: the platform's log, and no old one in memory."""
    platform_log("announcement", title=row.title, changed=changed)
    announcements_forget()


def announcement_delete(row: Announcement) -> None:
    platform_log("announcement_deleted", title=row.title)
    row.delete()
    announcements_forget()


def announcement_dismiss(pk: int, *, organisation: Any, user: Any) -> None:
    """Put one away for this person. Raises NotFound when he doesn't see it or it stays."""
    shown = [row for row in announcements_for(organisation, user) if row.pk == pk and row.may_dismiss]
    if not shown:
        raise NotFound("No such announcement.")
    with transaction.atomic():
        AnnouncementSeen.objects.get_or_create(
            announcement=shown[0], organisation_id=organisation.pk, user_id=user.pk
        )
