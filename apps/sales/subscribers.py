"""What sales does when accounting announces something."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.events import (
    CreditNoteCancelled,
    CreditNotePosted,
    InvoiceCancelled,
    InvoicePosting,
)
from apps.core.events import consume, subscribe
from apps.messaging.catalogue import register_notification_event
from apps.sales.events import QuotationAccepted, QuotationCommented, QuotationRejected, QuotationSent
from apps.sales.services import direct, settlement

register_notification_event("quotation.accepted", _("A customer accepts my quotation"))
register_notification_event("quotation.rejected", _("A customer rejects my quotation"))
register_notification_event("quotation.commented", _("A customer comments on my quotation"))


@subscribe(InvoicePosting)
def count_invoiced(event: InvoicePosting) -> None:
    """An invoice of an order counts on the order's lines; never more than was ordered."""
    settlement.invoice_counted(event.document, list(event.lines or ()))


@subscribe(InvoicePosting)
def deliver_direct_goods(event: InvoicePosting) -> None:
    """Goods that an invoice sells directly leave the stock with it."""
    direct.invoice_deliver(event.document, list(event.lines or ()), by=event.by, reason=event.reason)


@subscribe(InvoiceCancelled)
def undo_invoiced(event: InvoiceCancelled) -> None:
    """A cancelled invoice bills nothing any more, and its direct goods come back."""
    settlement.invoice_uncounted(event.document)
    direct.invoice_undeliver(event.document)


@subscribe(CreditNotePosted)
def count_credited(event: CreditNotePosted) -> None:
    """Credited pieces of orders may be billed again; goods come back when the note says so."""
    settlement.credit_counted(event.document, list(event.lines or ()), by=event.by)


@subscribe(CreditNoteCancelled)
def undo_credited(event: CreditNoteCancelled) -> None:
    settlement.credit_uncounted(event.document)


@consume(QuotationSent)
def mail_quotation(payload: dict[str, Any]) -> None:
    """The offer goes to the customer with its link and PDF."""
    from apps.sales.services.notices import quotation_mail

    quotation_mail(payload)


@consume(QuotationAccepted)
def tell_accepted(payload: dict[str, Any]) -> None:
    from apps.sales.services.notices import tell_owner

    tell_owner(payload, "quotation_accepted")


@consume(QuotationRejected)
def tell_rejected(payload: dict[str, Any]) -> None:
    from apps.sales.services.notices import tell_owner

    tell_owner(payload, "quotation_rejected")


@consume(QuotationCommented)
def tell_commented(payload: dict[str, Any]) -> None:
    from apps.sales.services.notices import tell_owner

    tell_owner(payload, "quotation_commented")
