"""Products: what is bought, stocked and sold, goods and services alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import DELIVERED_KINDS, ProductKind, Tracking, ValuationMethod
from apps.catalog.validators import barcode_validator, hsn_validator
from apps.core.fields import QuantityField
from apps.core.guards import Guard
from apps.core.models import MasterModel, TreeMaster
from apps.core.scope import Scope, ScopedManager

KEPT = ("sale_price", "purchase_price", "barcodes", "product_kind", "picture_file_id")
"""What a product remembers of its stored row, to see what a save changes."""

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Category(TreeMaster):
    """Tree of product categories."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta(TreeMaster.Meta):
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        ordering: ClassVar[list[str]] = ["code"]


class Brand(MasterModel):
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta(MasterModel.Meta):
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar[list[str]] = ["code"]


class Product(MasterModel):
    """Quantities and prices are per ``unit``. Prices are in the currency of the companies' books.

    ``purchase_price`` and ``standard_cost`` are seen only with the permission ``catalog.see_cost``.
    """

    search_fields = ("code", "name", "hsn", "barcode_text")
    guarded_fields: ClassVar[dict[str, Guard]] = {
        "purchase_price": Guard(see="catalog.see_cost"),
        "standard_cost": Guard(see="catalog.see_cost"),
        "sale_price": Guard(change="catalog.set_sale_price"),
    }

    chosen_with = ("tax_category",)  # read with it when it is chosen on a line

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    product_kind = models.CharField(
        _("kind"), max_length=8, choices=ProductKind.choices, default=ProductKind.GOODS
    )
    description = models.TextField(_("description"), blank=True, default="")
    hsn = models.CharField(_("HSN/SAC"), max_length=8, blank=True, default="", validators=[hsn_validator])
    unit = models.ForeignKey(
        "catalog.Unit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+"
    )
    purchase_unit = models.ForeignKey(
        "catalog.Unit",
        verbose_name=_("bought in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    sale_unit = models.ForeignKey(
        "catalog.Unit",
        verbose_name=_("sold in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    tax_category = models.ForeignKey(
        "catalog.TaxCategory", verbose_name=_("tax category"), on_delete=models.PROTECT
    )
    category = models.ForeignKey(
        Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT
    )
    brand = models.ForeignKey(Brand, verbose_name=_("brand"), null=True, blank=True, on_delete=models.PROTECT)
    sale_price = QuantityField(_("sale price"), default=0, validators=_NOT_NEGATIVE)
    purchase_price = QuantityField(_("purchase price"), default=0, validators=_NOT_NEGATIVE)
    is_sold = models.BooleanField(_("sold"), default=True)
    is_purchased = models.BooleanField(_("bought"), default=True)
    tracking = models.CharField(_("tracking"), max_length=8, choices=Tracking.choices, default=Tracking.NONE)
    valuation_method = models.CharField(
        _("valuation"), max_length=16, choices=ValuationMethod.choices, default=ValuationMethod.MOVING_AVERAGE
    )
    standard_cost = QuantityField(_("standard cost"), default=0, validators=_NOT_NEGATIVE)
    min_stock = QuantityField(_("least stock"), null=True, blank=True, validators=_NOT_NEGATIVE)
    max_stock = QuantityField(_("most stock"), null=True, blank=True, validators=_NOT_NEGATIVE)
    reorder_point = QuantityField(_("reorder at"), null=True, blank=True, validators=_NOT_NEGATIVE)
    reorder_quantity = QuantityField(_("reorder quantity"), null=True, blank=True, validators=_NOT_NEGATIVE)
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), null=True, blank=True)
    shelf_life_days = models.PositiveIntegerField(_("shelf life in days"), null=True, blank=True)
    storage_min = models.DecimalField(
        _("stored from °C"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    storage_max = models.DecimalField(
        _("stored up to °C"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    hazardous = models.BooleanField(_("hazardous"), default=False)
    barcodes = ArrayField(
        models.CharField(max_length=48, validators=[barcode_validator]),
        default=list,
        blank=True,
        size=50,
        verbose_name=_("barcodes"),
    )
    external_id = models.CharField(_("external id"), max_length=80, blank=True, default="", db_index=True)
    picture_file_id = models.BigIntegerField(_("main picture"), null=True, blank=True)
    variant_of = models.ForeignKey(
        "self",
        verbose_name=_("variant of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="variants",
    )
    variant_key = models.CharField(max_length=120, blank=True, default="", editable=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(sale_price__gte=0, purchase_price__gte=0, standard_cost__gte=0),
                name="catalog_product_prices",
                violation_error_message=_("A price must not be negative."),
            ),
            models.UniqueConstraint(
                fields=["variant_of", "variant_key"],
                condition=Q(variant_of__isnull=False),
                name="catalog_product_variant_once",
                violation_error_message=_("This variant exists already."),
            ),
            models.CheckConstraint(
                condition=Q(min_stock__isnull=True)
                | Q(max_stock__isnull=True)
                | Q(max_stock__gte=F("min_stock")),
                name="catalog_product_min_max",
                violation_error_message=_("The most stock is below the least."),
            ),
        ]

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Product:
        row = super().from_db(*args, **kwargs)
        row._loaded = {name: row.__dict__.get(name) for name in KEPT}
        return row

    @property
    def barcode_text(self) -> str:
        return " ".join(self.barcodes or [])

    @property
    def stocked(self) -> bool:
        """Whether it has stock of its own: services have none, a kit has that of its components."""
        return self.product_kind == ProductKind.GOODS

    @property
    def delivered(self) -> bool:
        """Whether something goes to the customer for it: goods, or the components of a kit."""
        return self.product_kind in DELIVERED_KINDS

    def clean(self) -> None:
        errors = {**self._hsn_error(), **self._barcode_errors(), **self._kind_error()}
        if not self.stocked and self.tracking != Tracking.NONE:
            errors["tracking"] = _("Only goods are tracked.")
        if None not in (self.storage_min, self.storage_max) and self.storage_min > self.storage_max:  # type: ignore[operator]  # None was sorted out on the left
            errors["storage_max"] = _("The upper limit is below the lower.")
        if errors:
            raise ValidationError(errors)

    def _hsn_error(self) -> dict[str, Any]:
        if self.product_kind == ProductKind.SERVICE and self.hsn and not self.hsn.startswith("99"):
            return {"hsn": _("The SAC code of a service begins with 99.")}
        return {}

    def _kind_error(self) -> dict[str, Any]:
        """What is in a kit stays goods, and what has components stays a kit."""
        from apps.catalog.models.parts import KitComponent

        if self.pk is None or self.product_kind == self._loaded.get("product_kind"):
            return {}
        if KitComponent.objects.filter(component=self.pk).exists():
            return {"product_kind": _("This product is a component of a kit.")}
        if KitComponent.objects.filter(kit=self.pk).exists():
            return {"product_kind": _("This kit has components. Remove them first.")}
        return {}

    def _barcode_errors(self) -> dict[str, Any]:
        codes = list(self.barcodes or [])
        if len(set(codes)) < len(codes):
            return {"barcodes": _("A barcode is here twice.")}
        if not codes:
            return {}
        known = self.__dict__.get("_barcodes_taken")
        if known is None:
            rows = ProductBarcode.objects.filter(code__in=codes).exclude(product_id=self.pk)
            known = set(rows.values_list("code", flat=True))
        taken = next((code for code in codes if code in known), None)
        if taken:
            return {"barcodes": _("The barcode %(code)s belongs to another product.") % {"code": taken}}
        return {}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the table of barcodes, the pictures and the price history in step."""
        from apps.catalog.services.pictures import picture_follow, pictures_sync
        from apps.catalog.services.products import barcodes_sync, price_changes_note

        before = getattr(self, "_loaded", {}) if self.pk else {}
        if before.get("picture_file_id") and self.picture_file_id is None:
            picture_follow(self, before["picture_file_id"])
        super().save(*args, **kwargs)
        if before.get("barcodes", []) != self.barcodes:
            barcodes_sync([self])
        if self.picture_file_id and before.get("picture_file_id") != self.picture_file_id:
            pictures_sync([self])
        price_changes_note([(self, before)])
        self._loaded = {name: self.__dict__.get(name) for name in KEPT}
        self._loaded["barcodes"] = list(self.barcodes or [])

    @classmethod
    def before_many(cls, records: Sequence[Any]) -> None:
        codes = Counter(code for row in records for code in row.barcodes or [])
        taken = set(ProductBarcode.objects.filter(code__in=[*codes]).values_list("code", flat=True))
        taken |= {code for code, times in codes.items() if times > 1}
        for row in records:
            row._barcodes_taken = taken

    @classmethod
    def after_many(cls, records: Sequence[Any]) -> None:
        from apps.catalog.services.pictures import pictures_sync
        from apps.catalog.services.products import barcodes_sync, price_changes_note

        barcodes_sync([row for row in records if row.barcodes])
        pictures_sync([row for row in records if row.picture_file_id])
        price_changes_note([(row, {}) for row in records])


class ProductBarcode(models.Model):
    """One row for each barcode, so that the database lets a code belong to one product only."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="barcode_rows")
    code = models.CharField(_("barcode"), max_length=48, unique=True, validators=[barcode_validator])

    objects = ScopedManager()

    class Meta:
        verbose_name = _("barcode")
        verbose_name_plural = _("barcodes")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.code
