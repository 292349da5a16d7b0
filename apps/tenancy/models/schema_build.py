from __future__ import annotations

from typing import ClassVar

from django.db import models


class SchemaBuild(models.Model):
    """The SQL that makes one organisation's schema, collected when the template was built."""

    kind: ClassVar[str] = "log"

    key = models.CharField(max_length=64, unique=True)
    sql = models.TextField()
    built_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
