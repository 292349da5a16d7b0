"""Fields that sales adds to records, its own documents included: margins need the permission to see costs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounting.invoicing.hold import register_exposure
from apps.core.contribute import Contribution, contribute
from apps.sales.models import Order, Quotation
from apps.sales.selectors import order_margins, orders_delivered, orders_invoiced, quotation_margins
from apps.sales.services.credit import orders_exposure

SEE_COST = "catalog.see_cost"

register_exposure(orders_exposure)

contribute(
    Quotation,
    {"margin": Contribution("money", quotation_margins, label=_("margin"), permission=SEE_COST)},
    app="sales",
)
contribute(
    Order,
    {
        "margin": Contribution("money", order_margins, label=_("margin"), permission=SEE_COST),
        "delivery_status": Contribution("text", orders_delivered, label=_("delivered")),
        "invoice_status": Contribution("text", orders_invoiced, label=_("invoiced")),
    },
    app="sales",
)
