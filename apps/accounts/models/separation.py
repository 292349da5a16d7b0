"""How strictly the organisation takes a rule of separation of duties."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel

MODE_CHOICES = [("off", _("off")), ("warn", _("warns")), ("forbid", _("forbids"))]


class SeparationChoice(SettingModel):
    """A row only where the organisation chose otherwise than the rule proposes."""

    rule = models.CharField(_("rule"), max_length=60, unique=True)
    mode = models.CharField(_("mode"), max_length=8, choices=MODE_CHOICES)

    class Meta:
        verbose_name = _("separation of duties")
        verbose_name_plural = _("separations of duties")
        ordering: ClassVar[list[str]] = ["rule"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(mode__in=[value for value, _label in MODE_CHOICES]),
                name="accounts_separation_mode",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.mode}"
