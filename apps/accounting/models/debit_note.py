"""Debit notes to customers: what an invoice charged too little (CGST Act, section 34(3))."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounting.models.note import Note
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.taxed import DocumentCharge, SaleLine
from apps.core.models import grant_table


class DebitNote(Note):
    """Adds to its ``invoice``: same party, currency, rate and routing of tax, rates of the invoice's day."""

    terms_setting: ClassVar[str] = "accounting.debitnote_terms"

    invoice = models.ForeignKey(
        "accounting.Invoice", verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="debit_notes"
    )
    due_date = models.DateField(_("due date"), null=True, blank=True)

    class Meta(Note.Meta):
        verbose_name = _("debit note")
        verbose_name_plural = _("debit notes")
        triggers: ClassVar[list[object]] = posted_header("debit_note", "due_date")


class DebitNoteLine(SaleLine):
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

    class Meta(SaleLine.Meta):
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


DebitNoteUserGrant = grant_table(DebitNote)
