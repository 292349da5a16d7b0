"""Quotations, orders, deliveries and returns in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core.admin.site import register
from apps.core.india.numbers import format_indian
from apps.documents.admin_base import DocumentAdmin
from apps.sales.models import Delivery, DeliveryReturn, Order, Quotation
from apps.sales.portal import OrderOpenFilter


class SalesAdmin(DocumentAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "owner")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "owner", "date")
    list_totals = ("taxable_total", "grand_total")

    @admin.display(description=_("total"), ordering="grand_total")
    def total(self, obj: Any) -> str:
        return format_html('<span class="bahi-number">{}</span>', format_indian(obj.grand_total))


@register(Quotation)
class QuotationAdmin(SalesAdmin):
    icon, menu_order = "request_quote", 10
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "valid_until", "party", "owner", "company", "currency", "total",
        "state_badge",
    )  # fmt: skip


@register(Order)
class OrderAdmin(SalesAdmin):
    icon, menu_order = "shopping_cart", 20
    list_filter: ClassVar[tuple[Any, ...]] = (OrderOpenFilter, *SalesAdmin.list_filter)
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "promised_date", "party", "po_reference", "owner", "company", "currency",
        "total", "state_badge",
    )  # fmt: skip


@register(Delivery)
class DeliveryAdmin(DocumentAdmin):
    icon, menu_order = "local_shipping", 30
    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "order", "place")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "place", "date")
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "order", "party", "place", "company", "state_badge",
    )  # fmt: skip


@register(DeliveryReturn)
class DeliveryReturnAdmin(DocumentAdmin):
    """A return is made from its delivery, so there is no page for a new one."""

    icon, menu_order = "assignment_return", 40
    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "delivery", "place", "credit_note")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "condition", "date")
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "delivery", "party", "place", "condition", "credit_note", "company",
        "state_badge",
    )  # fmt: skip

    def has_add_permission(self, request: Any) -> bool:
        return False
