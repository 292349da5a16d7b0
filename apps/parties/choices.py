from django.db import models
from django.utils.translation import gettext_lazy as _


class TaxTreatment(models.TextChoices):
    REGULAR = "regular", _("Regular")
    COMPOSITION = "composition", _("Composition")
    UNREGISTERED = "unregistered", _("Unregistered")
    CONSUMER = "consumer", _("Consumer")
    SEZ = "sez", _("SEZ")
    EXPORT = "export", _("Overseas")
    DEEMED_EXPORT = "deemed_export", _("Deemed export")


class CreditPolicy(models.TextChoices):
    ALLOW = "allow", _("Allow")
    WARN = "warn", _("Warn")
    HOLD = "hold", _("Hold")


class AddressKind(models.TextChoices):
    BILLING = "billing", _("Billing")
    SHIPPING = "shipping", _("Shipping")
    SITE = "site", _("Site")
