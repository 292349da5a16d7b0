from __future__ import annotations

from typing import ClassVar

from django.db import models


class DocumentLink(models.Model):
    """``target`` came of ``source`` (order → invoice), or corrects it (invoice → credit note)."""

    kind: ClassVar[str] = "link"

    source_kind = models.CharField(max_length=80)
    source_id = models.BigIntegerField()
    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    relation = models.CharField(max_length=20, default="made")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "target_kind", "target_id", "relation"],
                name="documents_link_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id"], name="documents_link_target"),
        ]

    def __str__(self) -> str:
        return f"{self.source_kind}:{self.source_id} → {self.target_kind}:{self.target_id}"
