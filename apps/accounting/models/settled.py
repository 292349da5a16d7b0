"""What every posted document of accounting carries: its entry, its open item, how it was cancelled."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import ItemStatus

NIL = Decimal("0.00")


class Booked(models.Model):
    """Mixin: the entry that a document made, and the one that took it back."""

    journal_entry = models.ForeignKey(
        "accounting.JournalEntry",
        verbose_name=_("journal entry"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reversal_entry = models.ForeignKey(
        "accounting.JournalEntry",
        verbose_name=_("reversal"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True


class PostedDocument(Booked):
    """Mixin: what the ledger made of the document, and what is still open of it."""

    open_item = models.OneToOneField(
        "accounting.OpenItem", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_on = models.DateField(_("cancelled on"), null=True, editable=False)
    cancel_reason = models.CharField(
        _("reason of the cancellation"), max_length=200, blank=True, default="", editable=False
    )

    class Meta(Booked.Meta):
        abstract = True

    @property
    def balance_due(self) -> Decimal:
        """Still open, positive, in the currency of the document; 0 for drafts and cancelled ones."""
        return abs(self.open_item.open_amount) if self.open_item_id and self.open_item else NIL

    @property
    def payment_status(self) -> str:
        """``unpaid``, ``partly_paid`` or ``paid``."""
        return self.open_item.status if self.open_item_id and self.open_item else ItemStatus.UNPAID.value
