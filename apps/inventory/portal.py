"""What waits in the stores: counts of the home page and the list filters that open the same rows."""

from __future__ import annotations

from typing import Any

from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.core.admin.filters import condition_filter, contribute_filter
from apps.inventory.choices import STOCK_KINDS
from apps.inventory.models import Inward, StockRow
from apps.portal.counters import register_counter


def below_reorder_point(queryset: Any) -> Any:
    """Products whose stock in all our stores is at or below their reorder point."""
    held = (
        StockRow.objects.filter(product=OuterRef("pk"), place__place_kind__in=STOCK_KINDS)
        .order_by()
        .values("product")
        .annotate(total=Sum("quantity"))
        .values("total")
    )
    on_hand = Coalesce(Subquery(held), 0, output_field=DecimalField(max_digits=18, decimal_places=6))
    return (
        queryset.filter(reorder_point__gt=0, active=True, deleted_at=None)
        .annotate(stock_on_hand=on_hand)
        .filter(stock_on_hand__lte=F("reorder_point"))
    )


def drafts(queryset: Any) -> Any:
    return queryset.filter(status="draft")


StockFilter = condition_filter("stock", _("stock"), {"low": (_("Low stock"), below_reorder_point)})
contribute_filter(Product, StockFilter)

register_counter("inventory", _("Low stock"), Product, below_reorder_point, query="stock=low", tone="warning")
register_counter("inventory", _("Inwards in draft"), Inward, drafts, query="status__exact=draft")
