"""Debit notes to customers: what an invoice charged too little (CGST Act, section 34(3))."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import CreditReason, DocumentStatus
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.settled import PostedDocument
from apps.accounting.models.taxed import DocumentCharge, TaxedDocument, TaxedLine


class DebitNote(PostedDocument, TaxedDocument):
    """Adds to its ``invoice``: same party, currency, rate and routing of tax, rates of the invoice's day."""

    invoice = models.ForeignKey(
        "accounting.Invoice", verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="debit_notes"
    )
    reason_code = models.CharField(
        _("reason"), max_length=40, choices=CreditReason.choices, default=CreditReason.CORRECTION
    )
    reason = models.CharField(_("explanation"), max_length=200, blank=True, default="")
    due_date = models.DateField(_("due date"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta(TaxedDocument.Meta):
        verbose_name = _("debit note")
        verbose_name_plural = _("debit notes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values, reason_code__in=CreditReason.values)
                & (Q(status="draft") | ~Q(number="")),
                name="accounting_debitnote_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TaxedDocument.Meta.indexes,
            models.Index(fields=["party", "-date"], name="accounting_debitnote_party"),
        ]
        triggers: ClassVar[list[object]] = posted_header("debit_note")


class DebitNoteLine(TaxedLine):
    """``unit_price`` is what is charged in addition for each of ``quantity``; no goods move."""

    debit_note = models.ForeignKey(DebitNote, on_delete=models.CASCADE, related_name="lines")
    invoice_line = models.ForeignKey(
        "accounting.InvoiceLine",
        verbose_name=_("invoice line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="debits",
    )
    account = models.ForeignKey(
        "accounting.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cost_centre = models.ForeignKey(
        "dimensions.CostCentre", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    project = models.ForeignKey(
        "dimensions.Project", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(TaxedLine.Meta):
        verbose_name = _("debit note line")
        verbose_name_plural = _("debit note lines")
        triggers: ClassVar[list[object]] = posted_lines(
            "debit_note_line", "accounting_debitnote", "debit_note_id"
        )


class DebitNoteCharge(DocumentCharge):
    debit_note = models.ForeignKey(DebitNote, on_delete=models.CASCADE, related_name="charges")

    class Meta(DocumentCharge.Meta):
        verbose_name = _("debit note charge")
        verbose_name_plural = _("debit note charges")
        triggers: ClassVar[list[object]] = posted_lines(
            "debit_note_charge", "accounting_debitnote", "debit_note_id"
        )
