from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Figures(models.Model):
    """Counts of one organisation on one day, for the platform: how much, never what."""

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE, related_name="figures")
    day = models.DateField(_("day"))
    users = models.PositiveIntegerField(_("users"), default=0)
    sessions = models.PositiveIntegerField(_("signed in"), default=0)
    companies = models.PositiveIntegerField(_("companies"), default=0)
    documents = models.PositiveIntegerField(_("documents this month"), default=0)
    storage = models.PositiveBigIntegerField(_("storage (bytes)"), default=0)
    database = models.PositiveBigIntegerField(_("tables (bytes)"), default=0)
    sign_ins = models.PositiveIntegerField(_("sign-ins of the day"), default=0)
    failed_jobs = models.PositiveIntegerField(_("failed jobs"), default=0)
    waiting_jobs = models.PositiveIntegerField(_("waiting jobs"), default=0)
    failed_events = models.PositiveIntegerField(_("events given up"), default=0)
    waiting_mails = models.PositiveIntegerField(_("mails that wait"), default=0)
    backup_at = models.DateTimeField(_("last good backup"), null=True)
    backup_nightly = models.BooleanField(_("backed up each night"), default=False)
    at = models.DateTimeField(_("counted"), auto_now=True)

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        ordering: ClassVar[list[str]] = ["-day"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "day"], name="platform_figures_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}"
