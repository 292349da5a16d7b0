"""Guarded fields in the rows of admin forms."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from apps.core.guards import open_names


def open_rows(model: type[models.Model], rows: Any, user: Any) -> Any:
    """Fields of a form as the admin takes them (names, and tuples of names that share a row) without those
    that the user may not see; a row that becomes empty goes."""
    found: list[Any] = []
    for row in rows:
        if not isinstance(row, list | tuple):
            found += open_names(model, [row], user)
        elif kept := tuple(open_names(model, row, user)):
            found.append(kept)
    return tuple(found)


def is_column(model: type[models.Model], name: str) -> bool:
    """Whether the name is a field that a form could offer."""
    try:
        return bool(model._meta.get_field(name).editable)
    except FieldDoesNotExist:
        return False
