"""Customer invoices."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import DocumentStatus
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.settled import PostedDocument
from apps.accounting.models.taxed import DocumentCharge, SaleLine, TaxedDocument
from apps.core.models import grant_table
from apps.documents.models import party_scope


class Invoice(PostedDocument, TaxedDocument):
    """What a customer owes. ``moves_stock``: a direct invoice of goods also delivers them (by sales)."""

    scope = party_scope()
    terms_setting: ClassVar[str] = "accounting.invoice_terms"

    due_date = models.DateField(_("due date"), null=True, blank=True)
    moves_stock = models.BooleanField(_("delivers the goods"), default=True)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta(TaxedDocument.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values) & (Q(status="draft") | ~Q(number="")),
                name="accounting_invoice_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TaxedDocument.Meta.indexes,
            models.Index(fields=["party", "-date"], name="accounting_invoice_party"),
            models.Index(fields=["company", "status", "-date"], name="accounting_invoice_state_day"),
        ]
        triggers: ClassVar[list[object]] = posted_header("invoice", "due_date")


class InvoiceLine(SaleLine):
    """``source_kind`` and ``source_line_id`` name the order or delivery line it bills (filled by sales).

    ``batch_code`` and ``serials`` say which pieces were sold; of a direct invoice, which of them leave.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    batch_code = models.CharField(_("batch"), max_length=120, blank=True, default="")
    serials = ArrayField(
        models.CharField(max_length=80), verbose_name=_("serial numbers"), default=list, blank=True
    )
    source_kind = models.CharField(max_length=60, blank=True, default="", editable=False)
    source_line_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta(SaleLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["source_kind", "source_line_id"],
                condition=~Q(source_kind=""),
                name="accounting_invoice_line_source",
            )
        ]
        triggers: ClassVar[list[object]] = posted_lines("invoice_line", "accounting_invoice", "invoice_id")


class InvoiceCharge(DocumentCharge):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="charges")

    class Meta(DocumentCharge.Meta):
        verbose_name = _("invoice charge")
        verbose_name_plural = _("invoice charges")
        triggers: ClassVar[list[object]] = posted_lines("invoice_charge", "accounting_invoice", "invoice_id")


InvoiceUserGrant = grant_table(Invoice)
