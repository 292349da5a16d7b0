from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.core.scope import Scope


class NumberSeries(SettingModel):
    """Counter of one kind of document per company and fiscal year.

    pattern: ``INV/{FY}/{####}``: {FY} is 26-27, {CO} the company's code, {####} the number padded to
    that many digits.
    """

    scope = Scope(company="company")

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    record_kind = models.CharField(_("kind of document"), max_length=80)
    fiscal_year = models.ForeignKey(
        "company.FiscalYear", verbose_name=_("fiscal year"), on_delete=models.PROTECT
    )
    pattern = models.CharField(_("pattern"), max_length=40)
    next_number = models.PositiveIntegerField(_("next number"), default=1)
    last_number = models.PositiveIntegerField(_("last number given"), default=0, editable=False)
    gapless = models.BooleanField(_("checked for gaps"), default=True)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering: ClassVar[list[str]] = ["record_kind"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "record_kind", "fiscal_year"], name="company_series_once"
            ),
            models.CheckConstraint(
                condition=Q(next_number__gt=models.F("last_number")), name="company_series_forward"
            ),
        ]

    @property
    def preview_text(self) -> str:
        """What the next document will be called."""
        from apps.company.services.series import number_preview

        return number_preview(self)

    def __str__(self) -> str:
        return f"{self.record_kind} {self.pattern}"
