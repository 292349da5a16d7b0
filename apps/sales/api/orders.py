"""sales/orders"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.api.taxed import READ_FIELDS, charge_child, line_child
from apps.core.registry import register_resource
from apps.sales.api.common import FILTERS, HEADER, ORDERINGS, OfferViewSet
from apps.sales.models import Order, OrderCharge, OrderLine
from apps.sales.services.orders import order_compute

KEPT = (
    "components",
    "reserved_quantity",
    "delivered_quantity",
    "returned_quantity",
    "invoiced_quantity",
    "credited_quantity",
)


@register_resource
class OrderApi(OfferViewSet):
    model, path = Order, "sales/orders"
    fields = (*HEADER, "promised_date", "place", "quotation", "credit_reason")
    read_only = (*READ_FIELDS, "quotation", "credit_reason")
    filters = {
        **FILTERS,
        "promised_date": "promised_date",
        "quotation": "quotation",
        "place": "place",
    }
    orderings = {**ORDERINGS, "promised_date": "promised_date"}
    children = (
        line_child(OrderLine, "order", "promised_date", read=KEPT),
        charge_child(OrderCharge, "order"),
    )
    form_sections = {
        "": ("company:3", "date:2", "promised_date:2", "party:5"),
        _("Delivery and tax"): (
            "billing_address:6", "shipping_address:6", "place:3", "place_of_supply:3", "currency:2",
            "exchange_rate:2", "discount_amount:2", "prices_include_tax:3",
        ),
        _("References"): ("po_reference:4", "po_date:2", "payment_terms:3", "owner:3"),
        _("Terms"): ("terms:6", "special_terms:6", "notes:12"),
    }  # fmt: skip
    form_columns = {
        "lines": (
            "product:220", "description:240", "hsn:80", "quantity:90", "unit:80", "unit_price:110",
            "discount_percent:80", "tax_category:120", "promised_date:110", "shadow:60", "taxable_value:110",
            "line_total:120", "reserved_quantity:90", "delivered_quantity:90", "invoiced_quantity:90",
        ),
        "charges": ("kind:120", "description:240", "amount:110", "tax_category:120", "line_total:120"),
    }  # fmt: skip
    form_more = {"lines": ("shadow",)}
    form_labels = {"charges": _("Charges")}

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        order_compute(document, children["lines"], children["charges"])
