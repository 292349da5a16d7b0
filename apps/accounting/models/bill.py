"""Vendor bills."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import DocumentStatus
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.settled import PostedDocument
from apps.accounting.models.taxed import PERCENT, BookedLine, DocumentCharge, TaxedDocument
from apps.core.fields import MoneyField, RateField
from apps.core.models import grant_table
from apps.documents.models import party_scope


class Bill(PostedDocument, TaxedDocument):
    """What we owe a vendor. ``number`` is ours, ``vendor_number`` is printed on the paper: once per vendor
    and fiscal year. ``vendor_round_off`` is the rounding that the vendor did."""

    scope = party_scope()
    direction: ClassVar[str] = "in"
    search_fields: ClassVar[tuple[str, ...]] = ("number", "vendor_number", "po_reference", "party_name")

    vendor_number = models.CharField(_("number of the vendor"), max_length=40, blank=True, default="")
    vendor_date = models.DateField(_("date on the bill"), null=True, blank=True)
    vendor_round_off = MoneyField(
        _("round-off of the vendor"),
        default=Decimal("0.00"),
        validators=[MinValueValidator(Decimal(-5)), MaxValueValidator(Decimal(5))],
    )
    fiscal_year = models.ForeignKey(
        "company.FiscalYear", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    due_date = models.DateField(_("due date"), null=True, blank=True)
    moves_stock = models.BooleanField(
        _("goods are received into stock"),
        default=True,
        help_text=_("Goods wait on “stock received, not billed” for their receipt."),
    )

    class Meta(TaxedDocument.Meta):
        verbose_name = _("vendor bill")
        verbose_name_plural = _("vendor bills")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values) & (Q(status="draft") | ~Q(number="")),
                name="accounting_bill_state",
            ),
            models.UniqueConstraint(
                "party",
                Upper("vendor_number"),
                "fiscal_year",
                condition=~Q(vendor_number="") & ~Q(status="cancelled"),
                name="accounting_bill_vendor_number_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TaxedDocument.Meta.indexes,
            models.Index(fields=["party", "-date"], name="accounting_bill_party"),
        ]
        triggers: ClassVar[list[object]] = posted_header("bill", "due_date")

    @property
    def stated_round_off(self) -> Decimal:
        """The total of a bill is the one on the paper: its rounding isn't ours to choose."""
        return self.vendor_round_off


class BillLine(BookedLine):
    """``gst_rate_override`` with its reason stands where the vendor charged another rate than ours.
    ``itc_eligible`` false: the tax can't be claimed (section 17(5)) and becomes part of the cost."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    account = models.ForeignKey(
        "accounting.Account",
        verbose_name=_("expense account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    gst_rate_override = RateField(
        _("GST rate charged by the vendor"), null=True, blank=True, validators=[*PERCENT]
    )
    override_reason = models.CharField(_("reason of the rate"), max_length=200, blank=True, default="")
    itc_eligible = models.BooleanField(_("input tax can be claimed"), default=True)
    source_kind = models.CharField(max_length=60, blank=True, default="", editable=False)
    source_line_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta(BookedLine.Meta):
        verbose_name = _("bill line")
        verbose_name_plural = _("bill lines")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *BookedLine.Meta.constraints,
            models.CheckConstraint(
                condition=Q(gst_rate_override=None)
                | (Q(gst_rate_override__gte=0, gst_rate_override__lte=100) & ~Q(override_reason="")),
                name="accounting_billline_override",
            ),
        ]
        triggers: ClassVar[list[object]] = posted_lines("bill_line", "accounting_bill", "bill_id")


class BillCharge(DocumentCharge):
    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="charges")

    class Meta(DocumentCharge.Meta):
        verbose_name = _("bill charge")
        verbose_name_plural = _("bill charges")
        triggers: ClassVar[list[object]] = posted_lines("bill_charge", "accounting_bill", "bill_id")


BillUserGrant = grant_table(Bill)
