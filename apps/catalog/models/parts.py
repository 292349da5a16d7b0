"""What belongs to a product: the components of a kit, its vendors, pictures, and what may be sold instead."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import ProductKind
from apps.core.fields import QuantityField
from apps.core.guards import Guard
from apps.core.scope import Scope, ScopedManager

_LEAST = MinValueValidator(Decimal("0.000001"))
_NOT_NEGATIVE = MinValueValidator(Decimal(0))


class KitComponent(models.Model):
    """``quantity`` of a component, in its own unit, goes into one kit. A component is goods, never a kit."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    kit = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey(
        "catalog.Product", verbose_name=_("component"), on_delete=models.PROTECT, related_name="+"
    )
    quantity = QuantityField(_("quantity"), validators=[_LEAST])

    objects = ScopedManager()

    class Meta:
        verbose_name = _("component of a kit")
        verbose_name_plural = _("components of kits")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kit", "component"],
                name="catalog_component_once",
                violation_error_message=_("This component is here twice."),
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="catalog_component_quantity"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="catalog_component_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.component_id}"

    def clean(self) -> None:
        if self.kit.product_kind != ProductKind.KIT:
            raise ValidationError({"component": _("Only a kit has components.")})
        if self.component_id and self.component.product_kind != ProductKind.GOODS:
            raise ValidationError({"component": _("Only goods go into a kit.")})


class ProductVendor(models.Model):
    """Who sells us the product, under which code and at what price per unit of the product."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)
    guarded_fields: ClassVar[dict[str, Guard]] = {"unit_price": Guard(see="catalog.see_cost")}

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="vendors")
    party = models.ForeignKey(
        "parties.Party", verbose_name=_("vendor"), on_delete=models.PROTECT, related_name="+"
    )
    vendor_code = models.CharField(_("vendor's code"), max_length=60, blank=True, default="")
    unit_price = QuantityField(_("price"), null=True, blank=True, validators=[_NOT_NEGATIVE])
    currency = models.ForeignKey(
        "company.Currency", verbose_name=_("currency"), null=True, blank=True, on_delete=models.PROTECT
    )
    min_quantity = QuantityField(_("least order"), default=0, validators=[_NOT_NEGATIVE])
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), null=True, blank=True)
    preferred = models.BooleanField(_("first choice"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("vendor of a product")
        verbose_name_plural = _("vendors of products")
        ordering: ClassVar[list[str]] = ["-preferred", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "party"],
                name="catalog_vendor_once",
                violation_error_message=_("This vendor is here twice."),
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(preferred=True),
                name="catalog_vendor_one_preferred",
                violation_error_message=_("Only one vendor is the first choice."),
            ),
            models.CheckConstraint(
                condition=(Q(unit_price__isnull=True) | Q(unit_price__gte=0)) & Q(min_quantity__gte=0),
                name="catalog_vendor_sound",
            ),
        ]

    def __str__(self) -> str:
        return self.vendor_code or str(self.party_id)

    def clean(self) -> None:
        if self.party_id and not self.party.is_vendor:
            raise ValidationError({"party": _("This party is not a vendor.")})


class ProductSubstitute(models.Model):
    """Another product that may be offered when this one is short."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="substitutes")
    substitute = models.ForeignKey(
        "catalog.Product", verbose_name=_("substitute"), on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "substitute"],
                name="catalog_substitute_once",
                violation_error_message=_("This substitute is here twice."),
            ),
            models.CheckConstraint(
                condition=~Q(product=F("substitute")),
                name="catalog_substitute_not_itself",
                violation_error_message=_("A product is no substitute for itself."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.substitute_id)

    def clean(self) -> None:
        if self.substitute_id is not None and self.substitute_id == self.product_id:
            raise ValidationError({"substitute": _("A product is no substitute for itself.")})


class ProductPicture(models.Model):
    """A picture of a product, in the order of ``position``. The main one is the one that the product names
    (``Product.picture_file_id``); ``thumbnail`` is what lists show of it."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    file = models.ForeignKey(
        "files.StoredFile", verbose_name=_("picture"), on_delete=models.PROTECT, related_name="+"
    )
    thumbnail = models.ForeignKey(
        "files.StoredFile", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    caption = models.CharField(_("caption"), max_length=120, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("picture of a product")
        verbose_name_plural = _("pictures of products")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "file"],
                name="catalog_picture_once",
                violation_error_message=_("This picture is here twice."),
            ),
        ]

    def __str__(self) -> str:
        return self.caption or str(self.file_id)
