from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationState(models.TextChoices):
    """Life of an organisation, in order."""

    PROVISIONING = "provisioning", _("Being set up")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    SCHEDULED = "scheduled", _("To be deleted")
    FAILED = "failed", _("Set-up failed")
    REMOVING = "removing", _("Being removed")
    DELETED = "deleted", _("Deleted")
