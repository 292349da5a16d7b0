"""The platform's ledger of erased persons, kept outside of what a backup brings back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.tenancy.models import ErasureRecord
from apps.tenancy.services.signed_rows import row_signature, signature_holds

SALT = "tenancy.erasure"


class Erased:
    """The entries of one kind of person, read once. ``pk``: only those of this number."""

    def __init__(self, kind: str, pk: int | None = None) -> None:
        self.kind = kind
        self._entries: dict[int, list[ErasureRecord]] = {}
        rows = ErasureRecord.objects.filter(subject_kind=kind)
        for row in rows if pk is None else rows.filter(subject_id=pk):
            self._entries.setdefault(row.subject_id, []).append(row)

    @property
    def ids(self) -> set[int]:
        """Numbers of records that were erased somewhere: those to look at."""
        return set(self._entries)

    def holds(self, pk: int, born: datetime) -> bool:
        """Whether this record (number, when made) was erased. Another organisation's record of the same
        number was made at another moment, so it is not; nor is one whose entry isn't as it was written."""
        return any(
            row.digest == _digest(row.salt, self.kind, pk, born)
            and signature_holds(SALT, _content(row), row.signature)
            for row in self._entries.get(pk, ())
        )


def erasure_note(kind: str, pk: int, born: datetime) -> None:
    """Keep, once, that the record ``kind`` ``pk`` of ``born`` was erased; in the caller's transaction."""
    if Erased(kind, pk).holds(pk, born):
        return
    row = ErasureRecord(
        subject_kind=kind, subject_id=pk, salt=secrets.token_hex(16), erased_at=timezone.now()
    )
    row.digest = _digest(row.salt, kind, pk, born)
    row.signature = row_signature(SALT, _content(row))
    row.save(force_insert=True)


def _digest(salt: str, kind: str, pk: int, born: datetime) -> str:
    return hashlib.sha256(f"{salt}:{kind}:{pk}:{born.timestamp():.6f}".encode()).hexdigest()


def _content(row: ErasureRecord) -> list[Any]:
    return [row.subject_kind, row.subject_id, row.salt, row.digest, row.erased_at.isoformat()]
