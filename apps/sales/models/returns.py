"""Returns: goods that came back from a delivery, with reason and condition."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import QuantityField
from apps.core.models import grant_table
from apps.documents.models import Document, DocumentLine
from apps.sales.choices import ReturnCondition


class DeliveryReturn(Document):
    """Made and posted in one step by the delivery's ``return``; can be cancelled until it was credited."""

    search_fields: ClassVar[tuple[str, ...]] = ("number", "party_name")

    delivery = models.ForeignKey("sales.Delivery", on_delete=models.PROTECT, related_name="returns")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    party_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    place = models.ForeignKey("inventory.Place", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    condition = models.CharField(
        _("condition"), max_length=8, choices=ReturnCondition.choices, default=ReturnCondition.RESTOCK
    )
    credit_note = models.ForeignKey(
        "accounting.CreditNote",
        verbose_name=_("credit note"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta(Document.Meta):
        verbose_name = _("return")
        verbose_name_plural = _("returns")


class DeliveryReturnLine(DocumentLine):
    delivery_return = models.ForeignKey(DeliveryReturn, on_delete=models.CASCADE, related_name="lines")
    delivery_line = models.ForeignKey(
        "sales.DeliveryLine", on_delete=models.PROTECT, related_name="return_lines"
    )
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    base_quantity = QuantityField(default=Decimal("0.000000"))
    serials = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="sales_returnline_positive"),
        ]


DeliveryReturnUserGrant = grant_table(DeliveryReturn)
