"""Deliveries: what left for the customer, with the challan that travels with it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField, QuantityField
from apps.core.models import grant_table
from apps.documents.models import Document, DocumentLine, party_scope

ZERO = Decimal("0.000000")


class Delivery(Document):
    """Of an order, or (with ``invoice``) of the goods that an invoice sold directly."""

    scope = party_scope()
    search_fields: ClassVar[tuple[str, ...]] = ("number", "party_name", "tracking_number")

    party = models.ForeignKey(
        "parties.Party", verbose_name=_("party"), blank=True, on_delete=models.PROTECT, related_name="+"
    )
    party_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    order = models.ForeignKey(
        "sales.Order",
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    invoice = models.ForeignKey(
        "accounting.Invoice",
        verbose_name=_("invoice"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    place = models.ForeignKey(
        "inventory.Place", verbose_name=_("delivered from"), blank=True, on_delete=models.PROTECT
    )
    shipping_address = models.JSONField(_("shipping address"), default=dict, blank=True)
    carrier = models.CharField(_("carrier"), max_length=120, blank=True, default="")
    vehicle_number = models.CharField(_("vehicle"), max_length=20, blank=True, default="")
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True, default="")
    packages = models.PositiveIntegerField(_("packages"), null=True, blank=True)
    instructions = models.TextField(_("instructions"), blank=True, default="")

    class Meta(Document.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")


class DeliveryLine(DocumentLine):
    """``quantity`` in ``unit``; ``base_quantity`` is what the stock ledger moves (of a kit: the
    ``components``, so many times)."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        "sales.OrderLine", null=True, blank=True, on_delete=models.PROTECT, related_name="delivery_lines"
    )
    invoice_line = models.ForeignKey(
        "accounting.InvoiceLine",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        "catalog.Unit",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit_factor = models.DecimalField(
        max_digits=20, decimal_places=10, default=Decimal("1.0000000000"), editable=False
    )
    base_quantity = QuantityField(default=ZERO, editable=False)
    quantity = QuantityField(_("quantity"), validators=[MinValueValidator(Decimal("0.000001"))])
    components = models.JSONField(_("components"), default=list, editable=False)
    batch = models.ForeignKey(
        "inventory.Batch",
        verbose_name=_("batch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    serials = ArrayField(
        models.CharField(max_length=80), verbose_name=_("serial numbers"), default=list, blank=True
    )
    taxable_value = MoneyField(_("value"), default=Decimal("0.00"), editable=False)
    returned_quantity = QuantityField(_("returned"), default=ZERO, editable=False)

    class Meta(DocumentLine.Meta):
        verbose_name = _("line of a delivery")
        verbose_name_plural = _("lines of deliveries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="sales_deliveryline_positive"),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="sales_deliveryline_returned",
            ),
        ]


DeliveryUserGrant = grant_table(Delivery)
