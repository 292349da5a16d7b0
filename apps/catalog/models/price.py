"""Price lists with quantity breaks, the list of a party, and the history of prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import PriceKind
from apps.core.fields import QuantityField
from apps.core.formats import show_date
from apps.core.models import LedgerEntry, MasterModel, SettingModel
from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only


class PriceList(MasterModel):
    """Prices in one currency, valid in a period. ``is_default``: for parties that have none of their own."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    currency = models.ForeignKey("company.Currency", verbose_name=_("currency"), on_delete=models.PROTECT)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    is_default = models.BooleanField(_("for everybody"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta(MasterModel.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="catalog_list_dates",
                violation_error_message=_("The list ends before it begins."),
            ),
        ]

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class PriceListItem(SettingModel):
    """Price of one unit of the product from ``min_quantity`` on (in the product's own unit)."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    min_quantity = QuantityField(_("from quantity"), default=0, validators=[MinValueValidator(Decimal(0))])
    unit_price = QuantityField(_("unit price"), validators=[MinValueValidator(Decimal(0))])

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering: ClassVar[list[str]] = ["price_list", "product", "min_quantity"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["price_list", "product", "min_quantity"],
                name="catalog_price_once",
                violation_error_message=_("This product has a price from this quantity already."),
            ),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=0, unit_price__gte=0), name="catalog_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.unit_price}"


class PartyPriceList(SettingModel):
    """The price list of a party: shown as a field of the party on all its surfaces."""

    scope = Scope(shared=True)

    party = models.OneToOneField("parties.Party", on_delete=models.CASCADE, related_name="+")
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="parties")

    class Meta:
        verbose_name = _("price list of a party")
        verbose_name_plural = _("price lists of parties")

    def __str__(self) -> str:
        return f"{self.party_id}: {self.price_list_id}"


class PricePoint(LedgerEntry):
    """A price that a product had from a day on: set on the product, or paid in a purchase. Never changed."""

    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    price_kind = models.CharField(_("kind"), max_length=8, choices=PriceKind.choices)
    date = models.DateField(_("date"))
    unit_price = QuantityField(_("unit price"))
    previous = QuantityField(_("before"), null=True)
    quantity = QuantityField(_("quantity"), null=True)
    currency = models.ForeignKey("company.Currency", null=True, on_delete=models.PROTECT)
    party = models.ForeignKey("parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(_("who"), max_length=200, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("price in the past")
        verbose_name_plural = _("price history")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["product", "price_kind", "-id"], name="catalog_price_history"),
        ]
        triggers: ClassVar[list[object]] = append_only("price_point")

    def __str__(self) -> str:
        return f"{self.product_id} {show_date(self.date)}: {self.unit_price}"
