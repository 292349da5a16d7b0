"""Goods that come in: a receipt from a vendor, or the opening stock."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField, QuantityField
from apps.core.guards import Guard
from apps.core.models import grant_table
from apps.documents.models import Document, DocumentLine
from apps.inventory.choices import InwardKind, InwardStatus

_POSITIVE = MinValueValidator(Decimal("0.000001"))
_NOT_NEGATIVE = MinValueValidator(Decimal(0))

COST = Guard(see="catalog.see_cost")


class Inward(Document):
    """Stock against goods received not billed; opening stock against opening balances."""

    search_fields = ("number", "reference")
    guarded_fields: ClassVar[dict[str, Guard]] = {"total_value": COST}

    status = models.CharField(
        _("status"),
        max_length=16,
        choices=InwardStatus.choices,
        default=InwardStatus.DRAFT,
        editable=False,
    )
    inward_kind = models.CharField(
        _("kind"), max_length=8, choices=InwardKind.choices, default=InwardKind.RECEIPT
    )
    place = models.ForeignKey(
        "inventory.Place", verbose_name=_("place"), blank=True, on_delete=models.PROTECT
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name=_("vendor"), null=True, blank=True, on_delete=models.PROTECT
    )
    reference = models.CharField(_("vendor's challan"), max_length=60, blank=True, default="")
    total_value = MoneyField(_("value"), default=0, editable=False)

    class Meta(Document.Meta):
        verbose_name = _("inward")
        verbose_name_plural = _("inwards")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Document.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=InwardStatus.values), name="inventory_inward_status"
            ),
        ]


class InwardLine(DocumentLine):
    """``unit_cost`` is per ``unit``; ``base_quantity`` in the product's own unit is kept with its factor,
    so that a later change of the conversion doesn't alter history."""

    guarded_fields: ClassVar[dict[str, Guard]] = {"unit_cost": COST, "value": COST}

    inward = models.ForeignKey(Inward, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    quantity = QuantityField(_("quantity"), validators=[_POSITIVE])
    unit = models.ForeignKey(
        "catalog.Unit", verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT
    )
    unit_cost = QuantityField(_("unit cost"), default=0, validators=[_NOT_NEGATIVE])
    unit_factor = models.DecimalField(
        _("factor"), max_digits=22, decimal_places=10, default=1, editable=False
    )
    base_quantity = QuantityField(_("quantity in own unit"), default=0, editable=False)
    value = MoneyField(_("value"), default=0, editable=False)
    batch = models.CharField(_("batch"), max_length=60, blank=True, default="")
    made_on = models.DateField(_("made on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    serials = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=_("serial numbers")
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_cost__gte=0), name="inventory_inward_line_positive"
            ),
        ]


InwardUserGrant = grant_table(Inward)
