from apps.sales.models.delivery import Delivery, DeliveryLine, DeliveryUserGrant
from apps.sales.models.order import Order, OrderCharge, OrderLine, OrderUserGrant
from apps.sales.models.quotation import Quotation, QuotationCharge, QuotationLine, QuotationUserGrant
from apps.sales.models.returns import DeliveryReturn, DeliveryReturnLine, DeliveryReturnUserGrant

__all__ = [
    "Delivery",
    "DeliveryLine",
    "DeliveryReturn",
    "DeliveryReturnLine",
    "DeliveryReturnUserGrant",
    "DeliveryUserGrant",
    "Order",
    "OrderCharge",
    "OrderLine",
    "OrderUserGrant",
    "Quotation",
    "QuotationCharge",
    "QuotationLine",
    "QuotationUserGrant",
]
