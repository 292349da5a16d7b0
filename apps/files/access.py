"""Who may read a stored file: apps whose records hold files say so here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.files.models import StoredFile

Guard = Callable[[StoredFile, Any], bool]
FRESH = timedelta(hours=24)
_guards: list[Guard] = []


def register_file_guard(guard: Guard) -> Guard:
    """``guard(file, user)`` is true when a record of the app holds the file and the user may see it."""
    _guards.append(guard)
    return guard


def file_readable(file: StoredFile, user: Any) -> bool:
    """Through a record that the user may see; his own upload for a day, until a record holds it."""
    if any(guard(file, user) for guard in _guards):
        return True
    return file.owner_id == user.pk and file.created_at > timezone.now() - FRESH
