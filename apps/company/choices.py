from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodStatus(models.TextChoices):
    """soft: a permission and a reason still post; closed: nobody does."""

    OPEN = "open", _("Open")
    SOFT_CLOSED = "soft_closed", _("Closed for most")
    CLOSED = "closed", _("Closed")


class AddressKind(models.TextChoices):
    BILLING = "billing", _("Billing")
    SHIPPING = "shipping", _("Shipping")
    SITE = "site", _("Site")
    REGISTERED = "registered", _("Registered office")


class TaxRounding(models.TextChoices):
    PER_LINE = "per_line", _("each line")
    PER_DOCUMENT = "per_document", _("the document")
