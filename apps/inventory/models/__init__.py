from apps.inventory.models.inward import Inward, InwardLine, InwardUserGrant
from apps.inventory.models.ledger import StockMove, StockRevaluation
from apps.inventory.models.place import Place
from apps.inventory.models.stock import Reservation, StockConsumption, StockDay, StockLayer, StockRow
from apps.inventory.models.tracking import Batch, Serial

__all__ = [
    "Batch",
    "Inward",
    "InwardLine",
    "InwardUserGrant",
    "Place",
    "Reservation",
    "Serial",
    "StockConsumption",
    "StockDay",
    "StockLayer",
    "StockMove",
    "StockRevaluation",
    "StockRow",
]
