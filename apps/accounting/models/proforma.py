"""Proforma invoices: an invoice to be, in its own series, never in the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import DocumentStatus
from apps.accounting.models.protect import posted_header, posted_lines
from apps.accounting.models.taxed import DocumentCharge, TaxedDocument, TaxedLine
from apps.core.models import grant_table


class Proforma(TaxedDocument):
    terms_setting: ClassVar[str] = "accounting.proforma_terms"

    due_date = models.DateField(_("due date"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, editable=False)
    cancel_reason = models.CharField(
        _("reason of the cancellation"), max_length=200, blank=True, default="", editable=False
    )
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta(TaxedDocument.Meta):
        verbose_name = _("proforma invoice")
        verbose_name_plural = _("proforma invoices")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values) & (Q(status="draft") | ~Q(number="")),
                name="accounting_proforma_state",
            ),
        ]
        triggers: ClassVar[list[object]] = posted_header("proforma")


class ProformaLine(TaxedLine):
    proforma = models.ForeignKey(Proforma, on_delete=models.CASCADE, related_name="lines")

    class Meta(TaxedLine.Meta):
        verbose_name = _("proforma line")
        verbose_name_plural = _("proforma lines")
        triggers: ClassVar[list[object]] = posted_lines("proforma_line", "accounting_proforma", "proforma_id")


class ProformaCharge(DocumentCharge):
    proforma = models.ForeignKey(Proforma, on_delete=models.CASCADE, related_name="charges")

    class Meta(DocumentCharge.Meta):
        verbose_name = _("proforma charge")
        verbose_name_plural = _("proforma charges")
        triggers: ClassVar[list[object]] = posted_lines(
            "proforma_charge", "accounting_proforma", "proforma_id"
        )


ProformaUserGrant = grant_table(Proforma)
