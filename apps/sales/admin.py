"""Quotations, orders, deliveries and returns in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core.admin.columns import amount_column
from apps.core.admin.site import register
from apps.documents.admin_base import DocumentAdmin
from apps.sales.choices import Progress
from apps.sales.comparing import comparison_table
from apps.sales.models import Delivery, DeliveryReturn, Order, Quotation
from apps.sales.portal import OrderOpenFilter
from apps.sales.selectors import orders_delivered, orders_invoiced

_TONES = {"none": "neutral", "partial": "info", "complete": "success", "not_needed": "neutral"}


class SalesAdmin(DocumentAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency", "owner")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", "company", "owner", "date")
    list_totals = ("base_total",)  # amounts of several currencies have no sum

    total = amount_column("grand_total", _("total"))


@register(Quotation)
class QuotationAdmin(SalesAdmin):
    icon, menu_order = "request_quote", 10
    quick_order = 20
    record_pages = (*SalesAdmin.record_pages, ("compare", "compare_view", ()))
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "revision", "date", "valid_until", "party", "owner", "company", "total",
        "state_badge",
    )  # fmt: skip

    def compare_view(self, request: HttpRequest, document: Quotation) -> HttpResponse:
        """All revisions of the offer side by side; what differs from the revision before is marked."""
        return self.record_page(
            request,
            document,
            "sales/quotation_compare.html",
            title=_("Revisions of %(number)s") % {"number": document.number or document},
            **comparison_table(document, by=request.user),
        )


@register(Order)
class OrderAdmin(SalesAdmin):
    icon, menu_order = "shopping_cart", 20
    quick_order = 30
    list_filter: ClassVar[tuple[Any, ...]] = (OrderOpenFilter, *SalesAdmin.list_filter)
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "promised_date", "party", "company", "total", "delivered", "invoiced",
        "state_badge",
    )  # fmt: skip

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Progress of the page's orders in two queries, whatever their number."""
        changelist = super().get_changelist_instance(request)
        ids = [row.pk for row in changelist.result_list]
        delivered, invoiced = orders_delivered(ids), orders_invoiced(ids)
        for row in changelist.result_list:
            row.progress = (delivered[row.pk], invoiced[row.pk])
        return changelist

    @admin.display(description=_("delivered"))
    def delivered(self, obj: Any) -> str:
        return _progress(obj.progress[0])

    @admin.display(description=_("invoiced"))
    def invoiced(self, obj: Any) -> str:
        return _progress(obj.progress[1])


def _progress(value: str) -> str:
    return format_html(
        '<span class="bahi-badge bahi-badge--{}">{}</span>', _TONES[value], Progress(value).label
    )


@register(Delivery)
class DeliveryAdmin(DocumentAdmin):
    icon, menu_order = "local_shipping", 30
    quick_order = 60
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
