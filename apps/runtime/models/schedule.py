from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager


class ScheduleState(models.Model):
    """When a repeated task of this organisation ran and is due again."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    name = models.CharField(_("task"), max_length=120, unique=True)
    due_at = models.DateTimeField(_("due"))
    ran_at = models.DateTimeField(_("last run"), null=True)
    seconds = models.DecimalField(_("seconds"), max_digits=9, decimal_places=3, null=True)
    error = models.TextField(_("error"), blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("repeated task")
        verbose_name_plural = _("repeated tasks")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
