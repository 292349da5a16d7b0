"""Events that administrators may choose to hear of."""

from django.utils.translation import gettext_lazy as _

from apps.messaging.catalogue import register_notification_event

register_notification_event("platform.operator", _("The platform's operator asks to enter, or is inside"))
register_notification_event("platform.limit", _("A limit of our plan is nearly used"))
