"""What waits in sales: counts of the home page and the list filters that open the same rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import DELIVERED_KINDS
from apps.core.admin.filters import condition_filter
from apps.portal.counters import register_counter
from apps.sales.models import Delivery, Order, OrderLine, Quotation


def open_quotations(queryset: Any) -> Any:
    """Sent, and the customer hasn't answered."""
    return queryset.filter(status="sent")


def orders_to_deliver(queryset: Any) -> Any:
    """Confirmed orders with a line of goods or kits that isn't delivered in full."""
    lacking = OrderLine.objects.filter(
        order=OuterRef("pk"),
        product__product_kind__in=DELIVERED_KINDS,
        shadow=False,
        quantity__gt=F("delivered_quantity") - F("returned_quantity"),
    )
    return queryset.filter(Exists(lacking), status="confirmed")


def orders_to_invoice(queryset: Any) -> Any:
    """Orders of which more was delivered than invoiced, or of services that aren't invoiced yet."""
    billed = F("invoiced_quantity") - F("credited_quantity")
    goods = Q(product__product_kind__in=DELIVERED_KINDS)
    lacking = OrderLine.objects.filter(order=OuterRef("pk"), shadow=False).filter(
        (goods & Q(delivered_quantity__gt=billed + F("returned_quantity")))
        | (Q(product__product_kind__isnull=True) | ~goods) & Q(quantity__gt=billed)
    )
    return queryset.filter(Exists(lacking), status__in=("confirmed", "closed"))


def drafts(queryset: Any) -> Any:
    return queryset.filter(status="draft")


OrderOpenFilter = condition_filter(
    "open",
    _("still to do"),
    {"deliver": (_("To deliver"), orders_to_deliver), "invoice": (_("To invoice"), orders_to_invoice)},
)

# What waits, on the card of sales and on a party's page: (title, model, narrow, query of the list, tone).
WAITING: tuple[tuple[Any, Any, Any, str, str], ...] = (
    (_("Quotations without answer"), Quotation, open_quotations, "status__exact=sent", ""),
    (_("Orders to deliver"), Order, orders_to_deliver, "open=deliver", "warning"),
    (_("Orders to invoice"), Order, orders_to_invoice, "open=invoice", "warning"),
    (_("Deliveries in draft"), Delivery, drafts, "status__exact=draft", ""),
)
for _title, _model, _narrow, _query, _tone in WAITING:
    register_counter("sales", _title, _model, _narrow, query=_query, tone=_tone or "info")
