"""Credit notes: they give back what an invoice billed, never more (CGST Act, section 34)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import CreditReason
from apps.accounting.models.note import Note
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.taxed import DocumentCharge, SaleLine
from apps.core.models import grant_table


class CreditNote(Note):
    """With ``invoice``, lines name the invoice lines that they give back and take their rates and routing.
    Without one (an invoice from before the books), the document is worked out like an invoice."""

    terms_setting: ClassVar[str] = "accounting.creditnote_terms"

    invoice = models.ForeignKey(
        "accounting.Invoice",
        verbose_name=_("invoice"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_notes",
    )
    reason_code = models.CharField(
        _("reason"), max_length=40, choices=CreditReason.choices, default=CreditReason.SALES_RETURN
    )
    moves_stock = models.BooleanField(_("takes the goods back"), default=False)

    class Meta(Note.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        triggers: ClassVar[list[object]] = posted_header("credit_note")


class CreditNoteLine(SaleLine):
    credit_note = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="lines")
    invoice_line = models.ForeignKey(
        "accounting.InvoiceLine",
        verbose_name=_("invoice line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credits",
    )
    value_only = models.BooleanField(_("gives back money, no pieces"), default=False, editable=False)

    class Meta(SaleLine.Meta):
        verbose_name = _("credit note line")
        verbose_name_plural = _("credit note lines")
        triggers: ClassVar[list[object]] = posted_lines(
            "credit_note_line", "accounting_creditnote", "credit_note_id"
        )


class CreditNoteCharge(DocumentCharge):
    credit_note = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="charges")
    invoice_charge = models.ForeignKey(
        "accounting.InvoiceCharge",
        verbose_name=_("invoice charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credits",
    )

    class Meta(DocumentCharge.Meta):
        verbose_name = _("credit note charge")
        verbose_name_plural = _("credit note charges")
        triggers: ClassVar[list[object]] = posted_lines(
            "credit_note_charge", "accounting_creditnote", "credit_note_id"
        )


CreditNoteUserGrant = grant_table(CreditNote)
