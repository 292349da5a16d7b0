"""The stock ledger: movements and what later changed their value. Rows are written once and never change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField, QuantityField
from apps.core.formats import show_date
from apps.core.guards import Guard
from apps.core.models import LedgerEntry
from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only
from apps.inventory.choices import MovementKind

COST = Guard(see="catalog.see_cost")


def exact_cost_field(**kwargs: object) -> models.DecimalField:
    """A unit cost with 18 decimals: a repeating decimal must not lose half a paisa on its way."""
    return models.DecimalField(max_digits=38, decimal_places=18, **kwargs)


class StockMove(LedgerEntry):
    """``quantity`` of a product's own unit went from one place to the other, on ``date``.

    ``value`` is what was booked on that day (company currency, positive); later corrections of it are
    ``StockRevaluation`` rows; ``counter_value`` is what the other account got (it differs under standard
    cost, and for receipts taken back after they were used). Moves of a day stand in the order of their ids.
    ``exact_cost`` is value per unit before rounding; ``returned_move`` names the issue that comes back.
    ``position`` numbers the moves of one source and purpose. Who did it is kept by name and mail for ever.
    """

    scope = Scope(company="company")
    guarded_fields: ClassVar[dict[str, Guard]] = dict.fromkeys(
        ("unit_cost", "exact_cost", "value", "counter_value"), COST
    )

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    date = models.DateField(_("date"))
    movement_kind = models.CharField(_("kind"), max_length=20, choices=MovementKind.choices)
    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    from_place = models.ForeignKey(
        "inventory.Place", verbose_name=_("from"), on_delete=models.PROTECT, related_name="+"
    )
    to_place = models.ForeignKey(
        "inventory.Place", verbose_name=_("to"), on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey("inventory.Batch", verbose_name=_("batch"), null=True, on_delete=models.PROTECT)
    serial = models.ForeignKey(
        "inventory.Serial", verbose_name=_("serial number"), null=True, on_delete=models.PROTECT
    )
    quantity = QuantityField(_("quantity"))
    unit_cost = QuantityField(_("unit cost"))
    exact_cost = exact_cost_field()
    value = MoneyField(_("value"))
    counter_value = MoneyField(_("booked against"))
    purpose = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    source_line_id = models.BigIntegerField(null=True)
    returned_move = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="returns")
    reversal_of = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=200, default="")
    actor_mail = models.CharField(_("e-mail"), max_length=254, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering: ClassVar[list[str]] = ["-date", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "purpose", "position"],
                name="inventory_move_once_per_purpose",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_move_quantity"),
            models.CheckConstraint(condition=Q(value__gte=0, exact_cost__gte=0), name="inventory_move_value"),
            models.CheckConstraint(condition=~Q(from_place=F("to_place")), name="inventory_move_two_places"),
            models.CheckConstraint(
                condition=Q(serial__isnull=True) | Q(quantity=1), name="inventory_move_one_serial"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["product", "date", "id"], name="inventory_move_product"),
            models.Index(fields=["-date", "-id"], name="inventory_move_date"),
            models.Index(
                fields=["returned_move"],
                name="inventory_move_returns",
                condition=Q(returned_move__isnull=False),
            ),
        ]
        triggers: ClassVar[list[object]] = append_only("stock_move")

    def __str__(self) -> str:
        return f"{show_date(self.date)} {self.quantity.normalize():f} × {self.product_id}"


class StockRevaluation(LedgerEntry):
    """A movement turned out to be worth ``amount`` more (or less): posted on ``date``, the day it was found.

    Comes from an entry that was made later with an earlier date. ``exact_cost`` is the move's unit cost
    from now on.
    """

    scope = Scope(company="company")
    guarded_fields: ClassVar[dict[str, Guard]] = {"amount": COST, "exact_cost": COST}

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    date = models.DateField(_("date"))
    move = models.ForeignKey(
        StockMove, verbose_name=_("movement"), on_delete=models.PROTECT, related_name="revaluations"
    )
    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    amount = MoneyField(_("amount"))
    exact_cost = exact_cost_field()
    purpose = models.CharField(max_length=60)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("stock revaluation")
        verbose_name_plural = _("stock revaluations")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "purpose", "move"], name="inventory_revaluation_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="inventory_revaluation_amount"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["product", "date"], name="inventory_revaluation_product"),
        ]
        triggers: ClassVar[list[object]] = append_only("stock_revaluation")

    def __str__(self) -> str:
        return f"{self.move_id}: {self.amount}"
