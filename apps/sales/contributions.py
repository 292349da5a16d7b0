"""Fields that sales adds to records, its own documents included: margins need the permission to see costs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.contribute import Contribution, contribute
from apps.sales.models import Order, Quotation
from apps.sales.selectors import order_margins, quotation_margins

SEE_COST = "catalog.see_cost"

contribute(
    Quotation,
    {"margin": Contribution("money", quotation_margins, label=_("margin"), permission=SEE_COST)},
    app="sales",
)
contribute(
    Order,
    {"margin": Contribution("money", order_margins, label=_("margin"), permission=SEE_COST)},
    app="sales",
)
