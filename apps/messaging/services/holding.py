"""What waited to go out when a backup was made may have gone since: a restored organisation holds it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.messaging.models import MailMessage, TextMessage
from apps.messaging.models.mail import MailState


def waiting_hold() -> list[str]:
    """Let nothing go out that waited; a mail can be sent again by hand, a text loses its words, as every one
    that is done with: they are codes. Returns a sentence if any waited."""
    why = {"state": MailState.FAILED, "error": _("Restored from a backup: it may have gone out before.")}
    held = MailMessage.objects.filter(state=MailState.QUEUED).update(**why)
    held += TextMessage.objects.filter(state=MailState.QUEUED).update(**why, text="")
    return [f"{held} waiting mails and texts were held: they may have gone out before."] if held else []
