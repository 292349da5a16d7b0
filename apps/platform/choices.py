from django.db import models
from django.utils.translation import gettext_lazy as _


class SignUpState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("E-mail not confirmed")
    WAITING = "waiting", _("Waits for a decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class OverrideState(models.TextChoices):
    ASKED = "asked", _("Waits for the organisation")
    GRANTED = "granted", _("May enter")
    OPEN = "open", _("Inside")
    ENDED = "ended", _("Ended")
    REFUSED = "refused", _("Refused by the organisation")


class Tone(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    DANGER = "danger", _("Trouble")


class Audience(models.TextChoices):
    EVERYBODY = "everybody", _("Everybody")
    ADMINISTRATORS = "administrators", _("Administrators only")
