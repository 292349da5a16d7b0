"""Invoices, notes, bills, receipts and payments in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import ItemStatus
from apps.accounting.models import Bill, CreditNote, DebitNote, Invoice, Payment, Proforma, Receipt
from apps.accounting.portal import AllocationFilter, DueFilter
from apps.core.admin.site import register
from apps.core.india.numbers import format_indian
from apps.documents.admin_base import DocumentAdmin

TONES = {"paid": "success", "partly_paid": "warning", "unpaid": "neutral", "overdue": "danger"}


def money_column(name: str, title: Any) -> Any:
    """A right-aligned amount with Indian grouping."""

    @admin.display(description=title, ordering=name)
    def column(self: Any, obj: Any) -> str:
        return format_html('<span class="bahi-number">{}</span>', format_indian(getattr(obj, name)))

    return column


class TradeAdmin(DocumentAdmin):
    """A document with a party and a grand total."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "date")
    list_totals = ("base_total",)  # amounts of several currencies have no sum
    taxable = money_column("taxable_total", _("taxable"))
    total = money_column("grand_total", _("total"))


class SettledAdmin(TradeAdmin):
    """With an open item: what is still due."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "open_item")
    list_filter: ClassVar[tuple[Any, ...]] = (DueFilter, *TradeAdmin.list_filter)

    @admin.display(description=_("due"))
    def due(self, obj: Any) -> str:
        item = obj.open_item
        amount = format_indian(abs(item.open_amount)) if item is not None else ""
        return format_html('<span class="bahi-number">{}</span>', amount)

    @admin.display(description=_("payment"), ordering="open_item__status")
    def payment_badge(self, obj: Any) -> str:
        value = obj.payment_status if obj.open_item_id else ""
        if not value:
            return ""
        label = ItemStatus(value).label
        tone = TONES.get(str(value), "neutral")
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', tone, label)


@register(Invoice)
class InvoiceAdmin(SettledAdmin):
    icon, menu_order = "receipt_long", 10
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "po_reference", "company", "currency", "taxable", "total", "due",
        "due_date", "payment_badge", "state_badge",
    )  # fmt: skip


@register(CreditNote)
class CreditNoteAdmin(SettledAdmin):
    icon, menu_order = "assignment_return", 20
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "company", "currency", "taxable", "total", "due", "state_badge",
    )  # fmt: skip


@register(DebitNote)
class DebitNoteAdmin(SettledAdmin):
    icon, menu_order = "note_add", 25
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "invoice", "company", "currency", "taxable", "total", "due",
        "due_date", "payment_badge", "state_badge",
    )  # fmt: skip
    list_select_related: ClassVar[tuple[str, ...]] = (*SettledAdmin.list_select_related, "invoice")


@register(Proforma)
class ProformaAdmin(TradeAdmin):
    icon, menu_order = "request_quote", 30
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "company", "currency", "taxable", "total", "state_badge",
    )  # fmt: skip


@register(Bill)
class BillAdmin(SettledAdmin):
    icon, menu_order = "receipt", 40
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "vendor_number", "party", "company", "currency", "taxable", "total", "due",
        "due_date", "payment_badge", "state_badge",
    )  # fmt: skip


class MoneyAdmin(DocumentAdmin):
    """Receipts and payments."""

    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "account", "open_item")
    list_filter: ClassVar[tuple[Any, ...]] = (AllocationFilter, "status", "company", "mode", "date")
    list_totals = ("base_total",)
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "party", "mode", "account", "reference", "company", "currency",
        "amount_column", "state_badge",
    )  # fmt: skip
    amount_column = money_column("amount", _("amount"))


@register(Receipt)
class ReceiptAdmin(MoneyAdmin):
    icon, menu_order = "payments", 50


@register(Payment)
class PaymentAdmin(MoneyAdmin):
    icon, menu_order = "account_balance_wallet", 60
