"""Who may read a stored file: apps whose records hold files say so here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.files.models import StoredFile

Guard = Callable[[StoredFile, Any], bool]
FRESH = timedelta(hours=24)
_guards: list[Guard] = []


def register_file_guard(guard: Guard) -> Guard:
    """``guard(file, user)`` is true when a record of the app holds the file and the user may see it."""
    _guards.append(guard)
    return guard


def file_readable(file: StoredFile, user: Any) -> bool:
    """Through a record that the user may see; his own upload for a day, for no record may hold it yet."""
    if any(guard(file, user) for guard in _guards):
        return True
    return file.owner_id == user.pk and file.created_at > timezone.now() - FRESH


def picture_fit(file: StoredFile | None, by: Any, field: str) -> None:
    """A file that a record is to show must be a picture that ``by`` may read; no ``by``: the program itself.

    Raises InvalidInput naming ``field``.
    """
    if file is None or (by is not None and not file_readable(file, by)):
        raise InvalidInput(_("There is no such file."), field=field, code="not_found")
    if not file.content_type.startswith("image/") or "svg" in file.content_type:
        raise InvalidInput(_("Please choose a PNG or JPEG picture."), field=field, code="unfit_file")
