"""Choices of invoicing: values are what the API speaks, the tax engine has enums of the same values."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SupplyKind(models.TextChoices):
    """Same values as ``calculation.tax_lines.SupplyKind``. LUT: without payment of tax."""

    DOMESTIC = "domestic", _("Within India")
    EXPORT_WITH_PAYMENT = "export_with_payment", _("Export with payment of tax")
    EXPORT_LUT = "export_lut", _("Export under LUT")
    SEZ_WITH_PAYMENT = "sez_with_payment", _("SEZ with payment of tax")
    SEZ_LUT = "sez_lut", _("SEZ under LUT")
    DEEMED_EXPORT = "deemed", _("Deemed export")


class TaxClass(models.TextChoices):
    """How GST sees a line; same values as ``calculation.tax_lines.TaxClass``."""

    TAXABLE = "taxable", _("Taxable")
    NIL = "nil", _("Nil rated")
    EXEMPT = "exempt", _("Exempt")
    NON_GST = "non_gst", _("Outside GST")


class ChargeKind(models.TextChoices):
    FREIGHT = "freight", _("Freight")
    PACKING = "packing", _("Packing")
    INSURANCE = "insurance", _("Insurance")
    OTHER = "other", _("Other")
