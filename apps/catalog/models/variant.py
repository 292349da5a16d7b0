"""Variants: products of one family that differ by attributes such as size and colour.

Each variant is a product of its own with its code, price and stock; ``Product.variant_of`` names the family.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel
from apps.core.scope import Scope, ScopedManager


class Attribute(MasterModel):
    """What variants differ by."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta(MasterModel.Meta):
        verbose_name = _("attribute of variants")
        verbose_name_plural = _("attributes of variants")
        ordering: ClassVar[list[str]] = ["code"]


class AttributeValue(models.Model):
    """``code`` ends the codes of variants, ``name`` their names."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="values")
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=40)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("value of an attribute")
        verbose_name_plural = _("values of attributes")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["attribute", "code"],
                name="catalog_attribute_value_once",
                violation_error_message=_("This value is here twice."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class VariantValue(models.Model):
    """The value that a variant has of one attribute."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="variant_values")
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.PROTECT, related_name="+"
    )
    value = models.ForeignKey(
        AttributeValue, verbose_name=_("value"), on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("value of a variant")
        verbose_name_plural = _("values of variants")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "attribute"],
                name="catalog_variant_value_once",
                violation_error_message=_("This attribute is here twice."),
            )
        ]

    def __str__(self) -> str:
        return str(self.value)

    def clean(self) -> None:
        if self.value_id and self.value.attribute_id != self.attribute_id:
            raise ValidationError({"value": _("This value is of another attribute.")})
