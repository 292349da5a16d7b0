"""Mails in the timeline of their record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.registry import KindRef
from apps.documents.stream import MAILS, Entry, register_stream_source
from apps.files.models import StoredFile
from apps.messaging.models import MailMessage, MailState


@register_stream_source(MAILS)
def mails_of(kind: str, pk: int, before: datetime | None, limit: int, user: Any) -> list[Entry]:
    """What was mailed about a record, and whether it arrived."""
    rows = MailMessage.objects.filter(target_kind=kind, target_id=pk)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    found = list(rows[:limit])
    names = {person.pk: str(person) for person in User.objects.filter(pk__in={row.by_id for row in found})}
    return [
        Entry(
            f"m{row.pk}",
            row.created_at,
            "mail",
            _("%(state)s: “%(subject)s” to %(to)s")
            % {"state": mail_state(row), "subject": row.subject, "to": ", ".join(row.to)},
            row.by_id,
            names.get(row.by_id, _("System")),
            data={"mail": row.pk, "state": row.state, "error": row.error, "to": row.to},
        )
        for row in found
    ]


def mail_state(row: MailMessage) -> str:
    """How far the mail came, in a word or two."""
    if row.bounced_at:
        return _("Mail came back")
    return {
        MailState.QUEUED: _("Mail waits to be sent"),
        MailState.SENT: _("Mail sent"),
        MailState.FAILED: _("Mail could not be sent"),
    }[MailState(row.state)]


def mailed_file_visible(file: StoredFile, user: Any) -> bool:
    """Guard of ``/media/``: a mailed file is read by whoever may see the mail, or the record it was about."""
    mails = MailMessage.objects.filter(attachments__file=file)
    if mails.filter(pk__in=MailMessage.objects.for_user(user).values("pk")).exists():
        return True
    about = mails.exclude(target_kind="").values_list("target_kind", "target_id")
    return any(KindRef(kind, pk).get(user) is not None for kind, pk in about)
