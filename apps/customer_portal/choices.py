"""Enums of the customer portal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sees(models.TextChoices):
    FIRM = "firm", _("all documents of the firm")
    OWN = "own", _("own documents only")


class MemberState(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


class RequestState(models.TextChoices):
    UNVERIFIED = "unverified", _("Mail not confirmed")
    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class Side(models.TextChoices):
    CUSTOMER = "customer", _("Customers")
    VENDOR = "vendor", _("Vendors")
