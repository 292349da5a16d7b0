"""API of sales: importing registers the resources."""

from apps.sales.api import orders, quotations

__all__ = ["orders", "quotations"]
