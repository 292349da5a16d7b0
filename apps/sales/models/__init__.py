from apps.sales.models.delivery import Delivery, DeliveryLine
from apps.sales.models.order import Order, OrderCharge, OrderLine
from apps.sales.models.quotation import Quotation, QuotationCharge, QuotationLine
from apps.sales.models.returns import DeliveryReturn, DeliveryReturnLine

__all__ = [
    "Delivery",
    "DeliveryLine",
    "DeliveryReturn",
    "DeliveryReturnLine",
    "Order",
    "OrderCharge",
    "OrderLine",
    "Quotation",
    "QuotationCharge",
    "QuotationLine",
]
