from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.formats import show_moment
from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class DataExport(models.Model):
    """A whole export that somebody asked for: whose it is, where it lies until it is taken or its time is
    over, and what it held."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(owner="owner_id", ungranted=OWN_ONLY)

    owner_id = models.BigIntegerField()
    job_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=100, blank=True, default="")
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    tables = models.PositiveIntegerField(_("tables"), default=0)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    taken_at = models.DateTimeField(_("downloaded"), null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return show_moment(self.asked_at)

    @property
    def waiting(self) -> bool:
        """Whether it can be downloaded now."""
        gone = self.taken_at or self.removed_at
        return bool(self.ready_at and not gone and self.expires_at and self.expires_at > timezone.now())
