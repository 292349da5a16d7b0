"""Exports that a job makes: what was asked for, by whom, and the file while it is kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class ExportSource(models.TextChoices):
    """Where the rows come from: a list of the back office, a list of the API, a report."""

    LIST = "list", _("List")
    API = "api", _("API")
    REPORT = "report", _("Report")


class ExportFile(models.Model):
    """A large export. ``key``: kind of record, path of the resource or name of the report; ``asked``: filters
    and columns as they were sent; ``rights``: hash of what its owner could see when the file was made."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="owner", ungranted=OWN_ONLY)

    owner = models.ForeignKey("accounts.User", verbose_name=_("by"), on_delete=models.PROTECT)
    source = models.CharField(_("rows from"), max_length=6, choices=ExportSource.choices)
    key = models.CharField(_("what"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    form = models.CharField(_("format"), max_length=4)
    asked = models.JSONField(default=dict)
    rights = models.CharField(max_length=64, blank=True, default="", editable=False)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    job_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(file=None) | models.Q(ready_at__isnull=False, expires_at__isnull=False),
                name="datatools_export_file_expires",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def waiting(self) -> bool:
        """Whether it can be downloaded now."""
        return bool(self.file_id and self.expires_at and self.expires_at > timezone.now())
