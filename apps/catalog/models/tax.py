"""Tax categories with dated rates: a rate is data, never a closed list (slabs changed in 2025 and 2026)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import TaxClass
from apps.core.fields import MoneyField, RateField
from apps.core.formats import show_date
from apps.core.models import MasterModel, SettingModel


class TaxCategory(MasterModel):
    """What goods or services of one tax treatment share."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    tax_class = models.CharField(_("class"), max_length=8, choices=TaxClass.choices, default=TaxClass.TAXABLE)

    class Meta(MasterModel.Meta):
        verbose_name = _("tax category")
        verbose_name_plural = _("tax categories")
        ordering: ClassVar[list[str]] = ["code"]


class TaxRate(SettingModel):
    """Rate of a category from a day on; ``cess_per_unit`` is money for one unit of quantity."""

    category = models.ForeignKey(TaxCategory, on_delete=models.CASCADE, related_name="rates")
    from_date = models.DateField(_("from"))
    gst_rate = RateField(
        _("GST %"), default=0, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )
    cess_rate = RateField(_("cess %"), default=0, validators=[MinValueValidator(Decimal(0))])
    cess_per_unit = MoneyField(_("cess per unit"), default=0, validators=[MinValueValidator(Decimal(0))])

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering: ClassVar[list[str]] = ["category", "from_date"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["category", "from_date"],
                name="catalog_rate_once_a_day",
                violation_error_message=_("There is a rate from this day already."),
            ),
            models.CheckConstraint(
                condition=Q(gst_rate__gte=0, gst_rate__lte=100, cess_rate__gte=0, cess_per_unit__gte=0),
                name="catalog_rate_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gst_rate.normalize():f} % ({show_date(self.from_date)})"

    def clean(self) -> None:
        untaxed = self.category_id is not None and self.category.tax_class != TaxClass.TAXABLE
        if untaxed and (self.gst_rate or self.cess_rate or self.cess_per_unit):
            raise ValidationError({"gst_rate": _("Only a taxable category has a rate.")})
