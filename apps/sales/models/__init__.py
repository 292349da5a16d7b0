from apps.sales.models.order import Order, OrderCharge, OrderLine
from apps.sales.models.quotation import Quotation, QuotationCharge, QuotationLine

__all__ = [
    "Order",
    "OrderCharge",
    "OrderLine",
    "Quotation",
    "QuotationCharge",
    "QuotationLine",
]
