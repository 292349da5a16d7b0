from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.formats import show_date
from apps.core.models import MasterModel, SettingModel


class Currency(MasterModel):
    """ISO 4217 code; ``places`` decimals of its amounts."""

    code = models.CharField(_("code"), max_length=3, unique=True, validators=[RegexValidator(r"^[A-Z]{3}$")])
    name = models.CharField(_("name"), max_length=60)
    symbol = models.CharField(_("symbol"), max_length=6, blank=True, default="")
    places = models.PositiveSmallIntegerField(_("decimals"), default=2)

    class Meta(MasterModel.Meta):
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.code


class CurrencyRate(SettingModel):
    """Units of the organisation's company currency for one unit of ``currency`` on that day."""

    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="rates"
    )
    date = models.DateField(_("date"))
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=6, validators=[MinValueValidator(Decimal("0.000001"))]
    )

    class Meta:
        verbose_name = _("currency rate")
        verbose_name_plural = _("currency rates")
        ordering: ClassVar[list[str]] = ["-date"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["currency", "date"], name="company_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="company_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency_id} {show_date(self.date)}: {self.rate}"
