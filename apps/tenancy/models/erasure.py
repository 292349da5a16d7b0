"""That a person was erased: what a restored older backup has to forget again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.core.triggers import append_only


class ErasureRecord(models.Model):
    """Holds nothing of the person: the kind and number of his record, and a salted hash by which exactly this
    record is known again in whichever copy of the organisation it turns up. Signed: a row that somebody
    made up erases nobody.
    """

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True

    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()
    signature = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_kind", "subject_id"], name="tenancy_erasure_of"),
        ]
        triggers: ClassVar[list[object]] = append_only("erasurerecord")

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
