"""Idempotent POSTs: the key row is written at the start of the same transaction as the effect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors as pg

from apps.core.errors import Busy, Refused
from apps.runtime.models import IdempotencyKey

TWIN_WAIT = "5s"


@dataclass(frozen=True)
class Claim:
    """row: ours to fill; or the first answer to give again."""

    row: IdempotencyKey | None
    status: int = 0
    answer: bytes = b""


def idempotency_claim(*, user_id: int, method: str, path: str, key: str, body: bytes) -> Claim:
    """Take the key inside the open transaction.

    A twin waits up to five seconds for the first to end. Raises Refused (idempotency_conflict) when the
    key was used with another body, Busy when the first is still running after that.
    """
    digest = hashlib.sha256(body).hexdigest()
    row = IdempotencyKey(user_id=user_id, method=method, path=path, key=key, body_hash=digest)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{TWIN_WAIT}'")
            row.save(force_insert=True)
    except IntegrityError:
        return _first_answer(user_id, method, path, key, digest)
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise Busy(
                "The first request with this key is still running.", code="idempotency_conflict"
            ) from error
        raise
    return Claim(row)


def _first_answer(user_id: int, method: str, path: str, key: str, digest: str) -> Claim:
    first = IdempotencyKey.objects.get(user_id=user_id, method=method, path=path, key=key)
    if first.body_hash != digest:
        raise Refused("This Idempotency-Key was used with another body.", code="idempotency_conflict")
    return Claim(None, first.status or 200, bytes(first.answer or b""))


def idempotency_keep(row: IdempotencyKey, *, status: int, answer: bytes) -> None:
    """Keep the first answer; called in the transaction of the effect, for 2xx answers only."""
    row.status, row.answer = status, answer
    row.save(update_fields=["status", "answer"])
