"""The one helper that takes row locks, always in primary key order, so that two postings can't deadlock
by taking the same rows in different order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from apps.core.database.records import records_by
from apps.core.errors import NotFound

M = TypeVar("M", bound=Model)


def lock_row(model: type[M], pk: int, *, share: bool = False, joined: Sequence[str] = ()) -> M:
    """The row, locked until the transaction ends; the records of the keys in ``joined`` come with it, not
    locked. Raises NotFound when it is gone."""
    rows = lock_rows(model, [pk], share=share, joined=joined)
    if not rows:
        raise NotFound(f"{model._meta.verbose_name} {pk} does not exist.")
    return rows[0]


def lock_rows(
    model: type[M], pks: Iterable[int], *, share: bool = False, joined: Sequence[str] = ()
) -> list[M]:
    """The rows in primary key order, locked until the transaction ends (FOR SHARE with ``share``)."""
    ids = sorted(set(pks))
    if not ids:
        return []
    lock = "SHARE" if share else "UPDATE"
    return records_by(model, {"pk__in": ids}, joined=joined, order=("pk",), lock=lock)


def lock_found(queryset: Any) -> list[Any]:
    """The rows that a queryset finds, in primary key order, locked until the transaction ends: one query."""
    return list(queryset.select_for_update(of=("self",)).order_by("pk"))


def advisory_lock(key: str) -> None:
    """Hold a lock on a name until the transaction ends (for a row that doesn't exist yet)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{connection.schema_name}:{key}"]
        )


def advisory_try(key: str) -> bool:
    """Like ``advisory_lock``, but False at once when somebody else holds the name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{connection.schema_name}:{key}"]
        )
        return bool(cursor.fetchone()[0])
