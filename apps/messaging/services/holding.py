"""What waited to go out when a backup was made may have gone since: a restored organisation holds it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.messaging.models import MailMessage, TextMessage
from apps.messaging.models.mail import MailState

MODELS = (MailMessage, TextMessage)


def waiting_hold() -> list[str]:
    """Let nothing go out that waited; a mail can be sent again by hand. Returns a sentence if any waited."""
    why = _("Restored from a backup: it may have gone out before.")
    waiting = [model.objects.filter(state=MailState.QUEUED) for model in MODELS]
    held = sum(rows.update(state=MailState.FAILED, error=why) for rows in waiting)
    return [f"{held} waiting mails and texts were held: they may have gone out before."] if held else []
