from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")
    KIT = "kit", _("Kit")


DELIVERED_KINDS = (ProductKind.GOODS, ProductKind.KIT)
"""What a delivery brings; services are rendered, not delivered."""


class Tracking(models.TextChoices):
    NONE = "none", _("None")
    BATCH = "batch", _("By batch")
    SERIAL = "serial", _("By serial number")


class ValuationMethod(models.TextChoices):
    FIFO = "fifo", _("First in, first out")
    LIFO = "lifo", _("Last in, first out")
    MOVING_AVERAGE = "moving_average", _("Moving average")
    STANDARD = "standard", _("Standard cost")
    SPECIFIC = "specific", _("Specific identification")


class TaxClass(models.TextChoices):
    TAXABLE = "taxable", _("Taxable")
    EXEMPT = "exempt", _("Exempt")
    NIL = "nil", _("Nil rated")
    NON_GST = "non_gst", _("Outside GST")


class PriceKind(models.TextChoices):
    SALE = "sale", _("Sale price")
    PURCHASE = "purchase", _("Purchase price")
