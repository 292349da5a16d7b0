"""What follows from the stock ledger and is kept for speed; ``prove_stock`` recomputes and compares it.

``StockRow`` is also the guard: every movement locks its rows, so that nothing is sold twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import ValuationMethod
from apps.core.fields import MoneyField, QuantityField
from apps.core.guards import Guard
from apps.core.money import round_price
from apps.core.scope import Scope, ScopedManager
from apps.inventory.models.ledger import COST, exact_cost_field


class StockRow(models.Model):
    """Stock of a product (and batch) at one place, now: quantity, value in the books, reserved.

    ``method`` is how issues are valued here; a change on the product is taken over when the stock is empty,
    and ``method_since`` keeps the day. ``last_move_on`` tells a backdated movement.
    """

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(company="company")
    guarded_fields: ClassVar[dict[str, Guard]] = dict.fromkeys(("value", "value_then", "average_cost"), COST)

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    place = models.ForeignKey("inventory.Place", verbose_name=_("place"), on_delete=models.PROTECT)
    batch = models.ForeignKey("inventory.Batch", verbose_name=_("batch"), null=True, on_delete=models.PROTECT)
    quantity = QuantityField(_("on hand"), default=0)
    reserved = QuantityField(_("reserved"), default=0)
    value = MoneyField(_("value"), default=0)
    method = models.CharField(max_length=16, choices=ValuationMethod.choices)
    method_since = models.DateField(null=True)
    last_move_on = models.DateField(_("last movement"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        ordering: ClassVar[list[str]] = ["product", "place", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "place", "batch"], name="inventory_row_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="inventory_row_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("quantity")), name="inventory_row_reserved"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0) & (Q(quantity__gt=0) | Q(value=0)), name="inventory_row_value"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["place", "product"], name="inventory_row_place"),
        ]

    def __str__(self) -> str:
        return f"{self.product} · {self.place}"

    # A list of a past day annotates past_quantity and past_value; then nothing was reserved that still is.

    @property
    def on_hand(self) -> Decimal:
        return getattr(self, "past_quantity", self.quantity)

    @property
    def reserved_then(self) -> Decimal:
        return Decimal("0.000000") if hasattr(self, "past_quantity") else self.reserved

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved_then

    @property
    def value_then(self) -> Decimal:
        return getattr(self, "past_value", self.value)

    @property
    def average_cost(self) -> Decimal | None:
        """Value of one unit; None without stock."""
        return round_price(self.value_then / self.on_hand) if self.on_hand else None


class StockDay(models.Model):
    """Stock of a row at the end of a day on which something changed: any past date is one look-up.

    ``value`` is what the books showed that day; ``true_value`` is what the goods cost by what is known now
    (a backdated entry changes it for the days after).
    """

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(company="row__company")

    row = models.ForeignKey(StockRow, on_delete=models.PROTECT, related_name="days")
    date = models.DateField()
    quantity = QuantityField()
    value = MoneyField()
    true_value = MoneyField()

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["row", "date"], name="inventory_day_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="inventory_day_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.date}: {self.quantity}"


class StockLayer(models.Model):
    """Goods of one receipt at one cost, for the methods that value by layers; ``left`` is still there."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(company="row__company")

    row = models.ForeignKey(StockRow, on_delete=models.PROTECT, related_name="layers")
    move = models.ForeignKey("inventory.StockMove", on_delete=models.PROTECT, related_name="layers")
    part = models.PositiveIntegerField(default=0)
    date = models.DateField()
    quantity = QuantityField()
    left = QuantityField()
    unit_cost = exact_cost_field()
    serial = models.ForeignKey("inventory.Serial", null=True, on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["date", "move_id", "part"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["row", "move", "part"], name="inventory_layer_once"),
            models.CheckConstraint(
                condition=Q(left__gte=0, left__lte=F("quantity"), unit_cost__gte=0),
                name="inventory_layer_left",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["row"], name="inventory_layer_open", condition=Q(left__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.left} @ {self.unit_cost}"


class StockConsumption(models.Model):
    """What an issue took from a layer: where its value comes from, and which receipt went to whom."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(company="layer__row__company")

    move = models.ForeignKey("inventory.StockMove", on_delete=models.PROTECT, related_name="consumptions")
    layer = models.ForeignKey(StockLayer, on_delete=models.PROTECT, related_name="consumptions")
    date = models.DateField()
    quantity = QuantityField()

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["move", "layer"], name="inventory_consumption_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_consumption_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.move_id} ← {self.layer_id}: {self.quantity}"


class Reservation(models.Model):
    """Stock of a row that is kept for a holder (``sales.orderline`` 7); gone when used or released."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(company="row__company")

    row = models.ForeignKey(StockRow, on_delete=models.PROTECT, related_name="reservations")
    holder_kind = models.CharField(max_length=60)
    holder_id = models.BigIntegerField()
    quantity = QuantityField(_("quantity"))
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    actor_name = models.CharField(_("who"), max_length=200, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["holder_kind", "holder_id", "row"], name="inventory_reservation_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_reservation_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.holder_kind}:{self.holder_id} {self.quantity}"

    @property
    def product_id(self) -> int:
        return self.row.product_id

    @property
    def place_id(self) -> int:
        return self.row.place_id
