"""Values of typed settings that differ from what they come with (``core.typed_settings``: which exist)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel


class SettingValue(SettingModel):
    """One value of the organisation, or of one company. Without a row the default holds."""

    key = models.CharField(_("setting"), max_length=100)
    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), null=True, blank=True, on_delete=models.CASCADE
    )
    value = models.JSONField(_("value"))

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["key", "company"], name="company_setting_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.key
