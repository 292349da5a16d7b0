"""Sales orders. What was delivered, returned, invoiced and credited is kept per line under guards."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.models.taxed import DocumentCharge, TaxedDocument, TaxedLine
from apps.core.fields import MoneyField, QuantityField
from apps.core.models import grant_table
from apps.documents.models import party_scope

ZERO = Decimal("0.000000")


def _kept(label: str) -> QuantityField:
    """A quantity that only ``services.fulfilment`` changes."""
    return QuantityField(label, default=ZERO, editable=False)


class Order(TaxedDocument):
    """``place`` is where the goods are reserved and delivered from. ``credit_reason`` says why somebody with
    the permission let the order pass the customer's credit limit."""

    scope = party_scope()
    terms_setting: ClassVar[str] = "sales.order_terms"

    quotation = models.ForeignKey(
        "sales.Quotation",
        verbose_name=_("quotation"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    promised_date = models.DateField(_("promised for"), null=True, blank=True)
    place = models.ForeignKey(
        "inventory.Place", verbose_name=_("delivered from"), null=True, blank=True, on_delete=models.PROTECT
    )
    credit_reason = models.TextField(_("credit released because"), blank=True, default="", editable=False)
    discount_invoiced = MoneyField(default=Decimal("0.00"), editable=False)

    class Meta(TaxedDocument.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(promised_date=None) | Q(promised_date__gte=F("date")),
                name="sales_order_promised_after_date",
                violation_error_message=_("Goods can't be promised for a day before the order."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TaxedDocument.Meta.indexes,
            models.Index(
                fields=["party"],
                name="sales_order_open_by_party",
                condition=Q(status__in=("confirmed", "on_hold")),
            ),
        ]


class OrderLine(TaxedLine):
    """Quantities are in the line's unit. Net delivered = delivered − returned, net billed = invoiced −
    credited; neither can pass what was ordered: the database refuses it whoever asks. ``components``: what a
    kit held when it was promised (see ``services.kits``)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    quotation_line = models.ForeignKey(
        "sales.QuotationLine",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    promised_date = models.DateField(_("promised for"), null=True, blank=True)
    components = models.JSONField(_("components"), default=list, editable=False)
    reserved_quantity = _kept(_("reserved"))
    delivered_quantity = _kept(_("delivered"))
    returned_quantity = _kept(_("returned"))
    invoiced_quantity = _kept(_("invoiced"))
    credited_quantity = _kept(_("credited"))

    class Meta(TaxedLine.Meta):
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedLine.Meta.constraints,
            models.CheckConstraint(
                condition=Q(delivered_quantity__gte=F("returned_quantity"), returned_quantity__gte=0)
                & Q(delivered_quantity__lte=F("quantity") + F("returned_quantity")),
                name="sales_orderline_not_over_delivered",
            ),
            models.CheckConstraint(
                condition=Q(invoiced_quantity__gte=F("credited_quantity"), credited_quantity__gte=0)
                & Q(invoiced_quantity__lte=F("quantity") + F("credited_quantity")),
                name="sales_orderline_not_over_invoiced",
            ),
            models.CheckConstraint(condition=Q(reserved_quantity__gte=0), name="sales_orderline_reserved"),
        ]

    @property
    def to_deliver(self) -> Decimal:
        """Still to deliver (0 for services and shadow lines)."""
        from apps.sales.calculation.fulfilment import quantities_of

        return quantities_of(self).to_deliver


class OrderCharge(DocumentCharge):
    """``invoiced_amount`` is what invoices took over of it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="charges")
    invoiced_amount = MoneyField(default=Decimal("0.00"), editable=False)

    class Meta(DocumentCharge.Meta):
        verbose_name = _("charge of an order")
        verbose_name_plural = _("charges of orders")


OrderUserGrant = grant_table(Order)
