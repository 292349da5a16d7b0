"""What credit and debit notes on invoices have in common."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import CreditReason, DocumentStatus
from apps.accounting.models.settled import PostedDocument
from apps.accounting.models.taxed import TaxedDocument
from apps.documents.models import party_scope


class Note(PostedDocument, TaxedDocument):
    """Why a posted invoice is corrected (CGST Act, section 34). The note names its invoice itself."""

    scope = party_scope()

    reason_code = models.CharField(
        _("reason"), max_length=40, choices=CreditReason.choices, default=CreditReason.CORRECTION
    )
    reason = models.CharField(_("explanation"), max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta(TaxedDocument.Meta):
        abstract = True
        constraints = [
            *TaxedDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values, reason_code__in=CreditReason.values)
                & (Q(status="draft") | ~Q(number="")),
                name="%(app_label)s_%(class)s_state",
            ),
        ]
        indexes = [
            *TaxedDocument.Meta.indexes,
            models.Index(fields=["party", "-date"], name="%(app_label)s_%(class)s_party"),
        ]
