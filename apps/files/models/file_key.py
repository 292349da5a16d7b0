from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.secrets import SecretField, sealed_only


class FileKey(models.Model):
    """A key of the organisation's files: it seals the key that each encrypted file has of its own.

    The newest one seals, older ones only open until every file is sealed anew. It lies in the organisation's
    own tables, sealed by the installation's key: without either of the two no file can be read.
    """

    kind: ClassVar[str] = "log"

    secret = SecretField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("key of files")
        verbose_name_plural = _("keys of files")
        constraints: ClassVar[list[models.BaseConstraint]] = [sealed_only("secret", "files_filekey_sealed")]

    def __str__(self) -> str:
        return f"{self.pk} {self.created_at:%Y-%m-%d}"
