"""Units of measure with their GST code, and how one converts into another."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.india.uqc import SERVICE_UQC, uqc_choices
from apps.core.models import MasterModel, SettingModel


class Unit(MasterModel):
    """``uqc`` is what GST returns call it; ``places`` the decimals that its quantities are shown with."""

    search_fields = ("code", "name", "uqc")

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=60)
    uqc = models.CharField(
        _("unit quantity code"),
        max_length=3,
        choices=[*uqc_choices(), (SERVICE_UQC, _("NA - services"))],
        default="OTH",
    )
    places = models.PositiveSmallIntegerField(_("decimals"), default=3, validators=[MaxValueValidator(6)])

    class Meta(MasterModel.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.code


class UnitConversion(SettingModel):
    """One ``from_unit`` holds ``factor`` of ``to_unit``: for one product, or for all when it is empty."""

    product = models.ForeignKey(
        "catalog.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="conversions",
    )
    from_unit = models.ForeignKey(
        Unit, verbose_name=_("one"), on_delete=models.PROTECT, related_name="conversions_from"
    )
    to_unit = models.ForeignKey(Unit, verbose_name=_("of"), on_delete=models.PROTECT, related_name="+")
    factor = models.DecimalField(
        _("holds"), max_digits=22, decimal_places=10, validators=[MinValueValidator(Decimal("1E-10"))]
    )

    class Meta:
        verbose_name = _("unit conversion")
        verbose_name_plural = _("unit conversions")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "from_unit", "to_unit"],
                name="catalog_conversion_once",
                nulls_distinct=False,
                violation_error_message=_("These two units have a conversion already."),
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0),
                name="catalog_conversion_positive",
                violation_error_message=_("The factor must be more than 0."),
            ),
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")),
                name="catalog_conversion_two_units",
                violation_error_message=_("Two different units are needed."),
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.from_unit} = {self.factor.normalize():f} {self.to_unit}"
