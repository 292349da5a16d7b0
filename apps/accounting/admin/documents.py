"""Invoices, notes, bills, receipts and payments in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Q
from django.db.models.functions import Abs
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import ItemStatus
from apps.accounting.models import Bill, CreditNote, DebitNote, Invoice, Payment, Proforma, Receipt
from apps.accounting.portal import AllocationFilter, ChequeFilter, DueFilter
from apps.core.admin.columns import amount_column, amount_shown
from apps.core.admin.looks import Look
from apps.core.admin.site import register
from apps.documents.admin_base import DocumentAdmin, ListTotal

# Amounts of several currencies have no sum: what is summed is their value in the company's.
TAXABLE = ListTotal(
    "taxable_total", F("taxable_total") * F("exchange_rate"), _("taxable in company currency")
)
DUE = ListTotal("grand_total", Abs(F("open_item__open_base")), _("due in company currency"))


class TradeAdmin(DocumentAdmin):
    """A document with a party and a grand total."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "date")
    list_totals: ClassVar[tuple[Any, ...]] = (TAXABLE, "base_total")
    taxable = amount_column("taxable_total", _("taxable"))
    total = amount_column("grand_total", _("total"))


class SettledAdmin(TradeAdmin):
    """With an open item: what is still due."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "open_item")
    list_filter: ClassVar[tuple[Any, ...]] = (DueFilter, *TradeAdmin.list_filter)
    list_totals: ClassVar[tuple[Any, ...]] = (TAXABLE, "base_total", DUE)

    @admin.display(description=_("due"))
    def due(self, obj: Any) -> str:
        item = obj.open_item
        return amount_shown(abs(item.open_amount) if item is not None else None, obj)

    @admin.display(description=_("status"), ordering="status")
    def state_badge(self, obj: Any) -> str:
        """Of a posted document whether it is paid, which says that it is posted."""
        value = obj.payment_status if obj.open_item_id and obj.status == "posted" else ""
        if not value:
            return super().state_badge(obj)
        status = ItemStatus(value)
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', status.tone, status.label)


@register(Invoice)
class InvoiceAdmin(SettledAdmin):
    icon, menu_order = "receipt_long", 10
    quick_order = 10
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "company", "taxable", "total", "due", "due_date", "state_badge",
    )  # fmt: skip


@register(CreditNote)
class CreditNoteAdmin(SettledAdmin):
    icon, menu_order = "assignment_return", 20
    list_select_related: ClassVar[tuple[str, ...]] = (*SettledAdmin.list_select_related, "invoice")
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "invoice", "company", "taxable", "total", "due", "state_badge",
    )  # fmt: skip


@register(DebitNote)
class DebitNoteAdmin(SettledAdmin):
    icon, menu_order = "note_add", 25
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "invoice", "company", "taxable", "total", "due", "due_date",
        "state_badge",
    )  # fmt: skip
    list_select_related: ClassVar[tuple[str, ...]] = (*SettledAdmin.list_select_related, "invoice")


@register(Proforma)
class ProformaAdmin(TradeAdmin):
    icon, menu_order = "request_quote", 30
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "valid_until", "company", "taxable", "total", "state_badge",
    )  # fmt: skip


@register(Bill)
class BillAdmin(SettledAdmin):
    icon, menu_order = "receipt", 40
    quick_order = 50
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "vendor_number", "party", "company", "total", "due", "due_date",
        "state_badge",
    )  # fmt: skip


def _cheques(title: Any) -> Look:
    """Held cheques as an entry of the menu."""
    columns = (
        "document_number", "instrument_date", "party", "reference", "account", "company", "amount_shown",
        "state_badge",
    )  # fmt: skip
    return Look("cheques", title, Q(status="held"), columns, "event_upcoming")


class MoneyAdmin(DocumentAdmin):
    """Receipts and payments."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "account", "open_item")
    list_filter: ClassVar[tuple[Any, ...]] = (
        AllocationFilter, ChequeFilter, "status", "company", "mode", "date",
    )  # fmt: skip
    list_totals = ("base_total",)
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "mode", "account", "reference", "company", "amount_shown",
        "state_badge",
    )  # fmt: skip
    amount_shown = amount_column("amount", _("amount"))


@register(Receipt)
class ReceiptAdmin(MoneyAdmin):
    icon, menu_order = "payments", 50
    quick_order = 40
    looks = (_cheques(_("Post-dated cheques received")),)


@register(Payment)
class PaymentAdmin(MoneyAdmin):
    icon, menu_order = "account_balance_wallet", 60
    looks = (_cheques(_("Post-dated cheques given")),)
