from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.TextChoices):
    """What the audit adds to the events of the access log (``accounts.AccessEvent``)."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    API_WRITE = "api_write", _("Written over the API")
    ERASED = "erased", _("Person erased")
