"""Enums of sales."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReturnCondition(models.TextChoices):
    RESTOCK = "restock", _("Back to stock")
    REPAIR = "repair", _("To repair")
    SCRAP = "scrap", _("Scrap")


class BillingBasis(models.TextChoices):
    """What an invoice of an order takes: what was ordered or what was delivered."""

    ORDERED = "ordered", _("Ordered quantities")
    DELIVERED = "delivered", _("Delivered quantities")


class Progress(models.TextChoices):
    """Worked out from quantities, never stored."""

    NONE = "none", _("Not yet")
    PARTIAL = "partial", _("In part")
    COMPLETE = "complete", _("Complete")
    NOT_NEEDED = "not_needed", _("Not needed")
