from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    """Own stock is in warehouses, zones, bins, in transit and under repair; the other places are the
    outside world."""

    WAREHOUSE = "warehouse", _("Warehouse")
    ZONE = "zone", _("Zone")
    BIN = "bin", _("Bin")
    TRANSIT = "transit", _("In transit")
    REPAIR = "repair", _("Under repair")
    VENDOR = "vendor", _("Vendors")
    CUSTOMER = "customer", _("Customers")
    SCRAP = "scrap", _("Scrap")
    ADJUSTMENT = "adjustment", _("Adjustment")
    OPENING = "opening", _("Opening stock")
    PRODUCTION = "production", _("Production")


STOCK_KINDS = (PlaceKind.WAREHOUSE, PlaceKind.ZONE, PlaceKind.BIN, PlaceKind.TRANSIT, PlaceKind.REPAIR)
"""Places whose stock is counted, guarded and valued."""


class MovementKind(models.TextChoices):
    PURCHASE_RECEIPT = "purchase_receipt", _("Purchase receipt")
    PURCHASE_RETURN = "purchase_return", _("Purchase return")
    SALES_DELIVERY = "sales_delivery", _("Sales delivery")
    SALES_RETURN = "sales_return", _("Sales return")
    TRANSFER = "transfer", _("Transfer")
    SCRAP = "scrap", _("Scrap")
    ADJUSTMENT_IN = "adjustment_in", _("Found in a count")
    ADJUSTMENT_OUT = "adjustment_out", _("Missing in a count")
    OPENING = "opening", _("Opening stock")
    OPENING_BACK = "opening_back", _("Opening stock taken back")


class InwardKind(models.TextChoices):
    RECEIPT = "receipt", _("Goods received")
    OPENING = "opening", _("Opening stock")


class InwardStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted")
    CANCELLED = "cancelled", _("Cancelled")
