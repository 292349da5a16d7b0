"""Removing mails and notifications whose time is over, as long as the organisation's settings say."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.core.typed_settings import setting
from apps.files.services.storage import file_release
from apps.messaging.models import MailAttachment, MailMessage, MailState, Notification, TextMessage
from apps.runtime.services.cleaning import rows_remove

BATCH = 1_000


def notifications_clean() -> int:
    """Returns how many went."""
    return rows_remove(Notification.objects.filter(created_at__lt=_before("messaging.notification_days")))


def texts_clean() -> int:
    """As long as mails. Returns how many went."""
    old = TextMessage.objects.filter(created_at__lt=_before("messaging.mail_days"))
    return rows_remove(old.exclude(state=MailState.QUEUED))


def mails_clean() -> int:
    """Waiting mails stay. Files go with their mail, unless a record holds them. Gives how many mails went."""
    old = MailMessage.objects.filter(created_at__lt=_before("messaging.mail_days"))
    old = old.exclude(state=MailState.QUEUED)
    removed = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            files = set(MailAttachment.objects.filter(message__in=ids).values_list("file_id", flat=True))
            MailMessage.objects.filter(pk__in=ids).delete()
            for pk in sorted(files):
                file_release(pk)
        removed += len(ids)
    return removed


def _before(key: str) -> datetime:
    return timezone.now() - timedelta(days=setting(key))
