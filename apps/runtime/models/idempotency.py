from __future__ import annotations

from typing import ClassVar

from django.db import models


class IdempotencyKey(models.Model):
    """The first 2xx answer to a keyed POST; kept seven days (API conventions)."""

    kind: ClassVar[str] = "log"

    user_id = models.BigIntegerField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user_id", "method", "path", "key"], name="runtime_idempotency_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
