"""How the documents of sales show in the global search."""

from __future__ import annotations

from apps.core.formats import show_date, show_number
from apps.datatools.search import register_search
from apps.sales.models import Delivery, DeliveryReturn, Order, Quotation

register_search(
    Quotation,
    subtitle=lambda row: f"{row.party_name} · {show_date(row.date)} · {show_number(row.grand_total)}",
)
register_search(
    Order,
    subtitle=lambda row: f"{row.party_name} · {show_date(row.date)} · {show_number(row.grand_total)}",
    boost=1.1,
)
register_search(Delivery, subtitle=lambda row: f"{row.party_name} · {show_date(row.date)}", boost=0.9)
register_search(DeliveryReturn, subtitle=lambda row: f"{row.party_name} · {show_date(row.date)}", boost=0.8)
