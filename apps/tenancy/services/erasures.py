"""The platform's ledger of erased persons, kept outside of what a backup brings back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from apps.tenancy.models import ErasureRecord


def erasure_note(kind: str, pk: int, born: datetime) -> None:
    """Keep, once, that the record ``kind`` ``pk`` of ``born`` was erased; in the caller's transaction."""
    if erased_among(kind, [(pk, born)]):
        return
    row = ErasureRecord(
        subject_kind=kind, subject_id=pk, salt=secrets.token_hex(16), erased_at=timezone.now()
    )
    row.digest = _digest(row.salt, kind, pk, born)
    row.signature = _signer().signature(_content(row))
    row.save(force_insert=True)


def erased_ids(kind: str) -> set[int]:
    """Numbers of records of this kind that were erased somewhere: those to look at."""
    return set(ErasureRecord.objects.filter(subject_kind=kind).values_list("subject_id", flat=True))


def erased_among(kind: str, records: Iterable[tuple[int, datetime]]) -> list[int]:
    """Which of these records (number, when made) were erased. Another organisation's record of the same
    number was made at another moment, so it is not among them; nor is one whose entry isn't as it was
    written."""
    known: dict[int, list[ErasureRecord]] = {}
    for row in ErasureRecord.objects.filter(subject_kind=kind):
        known.setdefault(row.subject_id, []).append(row)
    return [
        pk
        for pk, born in records
        if any(row.digest == _digest(row.salt, kind, pk, born) and _is_true(row) for row in known.get(pk, ()))
    ]


def _digest(salt: str, kind: str, pk: int, born: datetime) -> str:
    return hashlib.sha256(f"{salt}:{kind}:{pk}:{born.timestamp():.6f}".encode()).hexdigest()


def _signer() -> Signer:
    return Signer(salt="tenancy.erasure")


def _content(row: ErasureRecord) -> str:
    parts: list[Any] = [row.subject_kind, row.subject_id, row.salt, row.digest, row.erased_at.isoformat()]
    return json.dumps(parts)


def _is_true(row: ErasureRecord) -> bool:
    try:
        _signer().unsign(f"{_content(row)}:{row.signature}")
    except BadSignature:
        return False
    return True
