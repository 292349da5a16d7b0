"""Fields that sales adds to records, its own documents included: margins need the permission to see costs."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from apps.accounting.invoicing.hold import register_exposure, register_release
from apps.accounting.models import Invoice, Proforma
from apps.core.contribute import Contribution, contribute
from apps.sales.models import Delivery, Order, Quotation
from apps.sales.selectors import orders_delivered, orders_invoiced
from apps.sales.services.credit import order_released, orders_exposure
from apps.sales.services.margins import order_margins, quotation_margins
from apps.sales.services.sources import (
    delivery_fill,
    invoice_delivery_set,
    invoice_order_set,
    invoice_sources,
    order_fill,
    proforma_fill,
    proforma_order_set,
    sources_of,
)

SEE_COST = "catalog.see_cost"

register_exposure(orders_exposure)
register_release(order_released)

contribute(
    Invoice,
    {
        "order": Contribution(
            "key",
            partial(sources_of, Order, Invoice),
            label=_("order"),
            write=invoice_order_set,
            model=Order,
            fill=order_fill,
            together=invoice_sources,
        ),
        "delivery": Contribution(
            "key",
            partial(sources_of, Delivery, Invoice),
            label=_("delivery"),
            write=invoice_delivery_set,
            model=Delivery,
            fill=delivery_fill,
            together=invoice_sources,
        ),
    },
    app="sales",
)
contribute(
    Proforma,
    {
        "order": Contribution(
            "key",
            partial(sources_of, Order, Proforma),
            label=_("order"),
            write=proforma_order_set,
            model=Order,
            fill=proforma_fill,
        )
    },
    app="sales",
)
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
