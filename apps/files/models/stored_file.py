from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager


class StoredFile(models.Model):
    """A file that passed the upload checks. ``path`` is relative to the organisation's media folder.

    ``sealed_key``: the key of an encrypted content, sealed by a ``FileKey``; empty when it lies plain.
    """

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    name = models.CharField(_("name"), max_length=200)
    path = models.CharField(max_length=200, unique=True, editable=False)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    sealed_key = models.CharField(max_length=160, blank=True, default="", editable=False)
    owner_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=models.Q(sealed_key=""), name="files_storedfile_plain"),
        ]

    def __str__(self) -> str:
        return self.name
