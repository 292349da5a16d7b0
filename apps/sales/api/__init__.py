"""API of sales: importing registers the resources."""

from apps.sales.api import deliveries, orders, quotations, returns

__all__ = ["deliveries", "orders", "quotations", "returns"]
