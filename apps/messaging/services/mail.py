"""The mail queue: entered in the transaction of the cause, sent by the worker with repeats."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.brand import readable_on
from apps.core.actor import current_actor
from apps.core.consent import consent_link
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.events import announce
from apps.core.scope import kind_of
from apps.core.tenant import current_organisation, require_organisation
from apps.core.typed_settings import setting
from apps.documents.selectors import record_url
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep, file_open
from apps.messaging.events import DocumentMailed
from apps.messaging.models import MailAttachment, MailMessage, MailState
from apps.messaging.services.notifications import lazy_text, notify
from apps.runtime.services.holds import held
from apps.runtime.services.queue import call_later
from apps.tenancy.hosts import host_of, link_base, logo_link

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=30)  # so long after its sender died a mail is tried again
FRESH = timedelta(seconds=20)  # so long the queue may take by itself
MAX_RECIPIENTS = 50
MAX_ATTACHED = 20 * 1024 * 1024
Attached = StoredFile | tuple[str, bytes, str]


def mail_queue(
    *,
    to: Sequence[str],
    subject: str,
    template: str = "mail/message",
    context: dict[str, Any] | None = None,
    attachments: Sequence[Attached] = (),
    target: models.Model | None = None,
    by: Any = None,
    cc: Sequence[str] = (),
    reply_to: str = "",
    language: str = "",
    text: str = "",
    html: str = "",
    secret: bool = False,
    purpose: str = "",
) -> MailMessage:
    """Enter a mail; it is sent after the caller's transaction commits.

    The body comes from ``<template>.txt`` and ``.html`` with ``context``, unless ``text`` is given as it is.
    attachments: stored files, or (name, content, content type) that is stored now. Raises InvalidInput
    naming ``to``, ``cc``, ``subject`` or ``attachments``. ``secret``: the text is never shown, and not kept.
    ``purpose``: code of the consent that it needs; then it goes to one person, with the link by which he
    takes it back, and Refused (``no_consent``) is raised when he never gave it.
    """
    require_organisation()
    recipients, copies = _checked(to, cc, subject)
    withdraw = _consent(purpose, recipients, copies) if purpose else ""
    if not text:
        text, html = _rendered(template, context or {}, language)
    if withdraw:
        text, html = _with_way_out(text, html, withdraw, language)
    mail = MailMessage.objects.create(
        to=recipients,
        cc=copies,
        reply_to=reply_to,
        subject=" ".join(str(subject).split())[:250],
        text=text,
        html=html,
        secret=secret,
        purpose=purpose,
        message_id=f"<{uuid.uuid4().hex}@{host_of(current_organisation())}>",
        target_kind=kind_of(target) if target is not None else "",
        target_id=target.pk if target is not None else None,
        by_id=getattr(by, "pk", None) or current_actor().user_id,
    )
    _attach(mail, attachments, by)
    if target is not None:
        announce(DocumentMailed((*recipients, *copies), mail.target_kind, target.pk))
    call_later("apps.messaging.services.mail.mail_send", mail.pk)
    return mail


def _rendered(template: str, context: dict[str, Any], language: str) -> tuple[str, str]:
    """Text and HTML of a mail in a language, else in the one in use, with the organisation's foot."""
    with translation.override(language or translation.get_language() or "en"):
        body = {**shell_context(), **context}
        foot = f"\n-- \n{body['mail_footer']}\n" if body["mail_footer"] else ""
        text = render_to_string(f"{template}.txt", body).strip() + "\n" + foot
        return text, render_to_string(f"{template}.html", body)


def address_fault(address: str) -> str:
    """What people read of an address that no mail can go to; empty for a good one."""
    try:
        validate_email(address)
    except ValidationError:
        return _("“%(a)s” is not an e-mail address.") % {"a": address[:80]}
    return ""


def _checked(to: Sequence[str], cc: Sequence[str], subject: str) -> tuple[list[str], list[str]]:
    """The addresses, each once. Raises InvalidInput."""
    errors, seen = ErrorList(), set()
    result: dict[str, list[str]] = {"to": [], "cc": []}
    for field, given in (("to", to), ("cc", cc)):
        for index, raw in enumerate(given):
            address = str(raw).strip()
            if fault := address_fault(address):
                errors.add(f"{field}.{index}", fault)
            elif address.lower() not in seen:
                seen.add(address.lower())
                result[field].append(address)
    if not result["to"] and not errors.items:
        errors.add("to", _("Give at least one address."), "required")
    if len(seen) > MAX_RECIPIENTS:
        errors.add("to", _("At most %(n)d addresses.") % {"n": MAX_RECIPIENTS})
    if not str(subject).strip():
        errors.add("subject", _("This field is required."), "required")
    errors.raise_if_any()
    return result["to"], result["cc"]


def _consent(purpose: str, to: list[str], cc: list[str]) -> str:
    """Where the one reader takes his consent back. Raises InvalidInput, Refused."""
    if len(to) != 1 or cc:
        raise InvalidInput(_("Such a mail goes to one person."), field="to", code="one_each")
    return consent_link(purpose, to[0])


def _with_way_out(text: str, html: str, link: str, language: str) -> tuple[str, str]:
    """The mail with the link by which its reader takes his consent back (DPDP Act 2023 s.6(4))."""
    with translation.override(language or translation.get_language() or "en"):
        label = _("Don't write to me for this any more")
    if html:
        foot = format_html('<p><a href="{}">{}</a></p>', link, label)
        before, body, after = html.rpartition("</body>")
        html = f"{before}{foot}{body}{after}" if body else f"{html}{foot}"
    return f"{text.rstrip()}\n\n{label}: {link}\n", html


def _attach(mail: MailMessage, attachments: Sequence[Attached], by: Any) -> None:
    rows, size, errors = [], 0, ErrorList()
    for item in attachments:
        stored = item if isinstance(item, StoredFile) else file_keep(item[1], name=item[0], by=by)
        size += stored.size
        rows.append(MailAttachment(message=mail, file=stored, name=stored.name))
    if size > MAX_ATTACHED:
        errors.add("attachments", _("The files are too large to be mailed (20 MB together)."), "too_large")
    errors.raise_if_any()
    MailAttachment.objects.bulk_create(rows)


def shell_context() -> dict[str, Any]:
    """What every mail template gets: the organisation and its address."""
    organisation = current_organisation()
    return {
        "organisation": organisation,
        "site": link_base(),
        "language": translation.get_language(),
        "brand_logo": logo_link(organisation),
        "on_accent": readable_on(organisation.accent),
        "mail_footer": setting("messaging.mail_footer"),
    }


def mail_send(mail_id: int) -> bool:
    """Send one mail if it is due; what the worker calls. Returns whether it went out.

    It is held while it is sent, so that two workers don't both send it, however long the mail server takes;
    and leased first, so that a killed one is followed by a repeat. The Message-ID stays over repeats.
    """
    with held(f"mail:{require_organisation()}:{mail_id}") as ours:
        mail = _lease(mail_id) if ours else None
        return mail is not None and _send(mail)


def _send(mail: MailMessage) -> bool:
    try:
        _build(mail).send()
    except Refused as error:
        _given_up(mail, error)
        return False
    except Exception as error:
        logger.warning("mail %s could not be sent: %s", mail.pk, error)
        _failed(mail, error)
        return False
    _sent(mail)
    return True


def _lease(mail_id: int) -> MailMessage | None:
    with transaction.atomic():
        now = timezone.now()
        due = MailMessage.objects.filter(pk=mail_id, state=MailState.QUEUED, not_before__lte=now)
        taken = due.update(not_before=now + LEASE, attempts=models.F("attempts") + 1)
    return MailMessage.objects.get(pk=mail_id) if taken else None


def _build(mail: MailMessage) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        to=mail.to,
        cc=mail.cc,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id, **_consent_headers(mail)},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for item in mail.attachments.select_related("file").order_by("pk"):
        with file_open(item.file) as stream:
            message.attach(item.name, stream.read(), item.file.content_type)
    return message


def _consent_headers(mail: MailMessage) -> dict[str, str]:
    """One click in the mail program takes the consent back (RFC 8058). Raises Refused once it was."""
    if not mail.purpose:
        return {}
    link = consent_link(mail.purpose, mail.to[0])
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _given_up(mail: MailMessage, error: Refused) -> None:
    """Not sent, and not tried again: the reader took his consent back, or a file can't be opened."""
    with transaction.atomic():
        mail.state, mail.error = MailState.FAILED, str(error.detail)[:2000]
        mail.save(update_fields=["state", "error"])
        _tell_sender(mail)


def _sent(mail: MailMessage) -> None:
    mail.state, mail.sent_at, mail.error = MailState.SENT, timezone.now(), ""
    if mail.secret:
        mail.text = mail.html = ""
    mail.save(update_fields=["state", "sent_at", "error", "text", "html"])


def _failed(mail: MailMessage, error: Exception) -> None:
    """Try again later: after 30 s, 1, 2, 4 … minutes; give up after eight times and tell the sender."""
    mail.error = f"{type(error).__name__}: {error}"[:2000]
    if mail.attempts >= MAX_ATTEMPTS:
        with transaction.atomic():
            mail.state = MailState.FAILED
            mail.save(update_fields=["state", "error"])
            _tell_sender(mail)
        return
    mail.not_before = timezone.now() + timedelta(seconds=15 * 2**mail.attempts)
    mail.save(update_fields=["error", "not_before"])


def _tell_sender(mail: MailMessage) -> None:
    if mail.by_id:
        notify(
            [mail.by_id],
            event="mail.failed",
            title=lazy_text(gettext_lazy("Mail to %(to)s could not be sent"), to=", ".join(mail.to)[:100]),
            text=mail.subject,
            tone="danger",
            url=record_url(mail.target_kind, mail.target_id) if mail.target_id else "",
        )


def mail_retry(mail: MailMessage, *, by: Any) -> MailMessage:
    """Put a failed mail into the queue again. Raises Refused for one that waits or has gone."""
    if mail.state != MailState.FAILED:
        raise Refused(_("Only a failed mail can be sent again."), code="invalid_transition", field="status")
    mail.state, mail.attempts, mail.error = MailState.QUEUED, 0, ""
    mail.not_before = timezone.now()
    mail.save(update_fields=["state", "attempts", "error", "not_before"])
    call_later("apps.messaging.services.mail.mail_send", mail.pk)
    return mail


def mail_bounced(message_id: str, reason: str) -> bool:
    """Note a bounce that the mail server reported; returns whether the mail is known."""
    return bool(
        MailMessage.objects.filter(message_id=message_id, bounced_at=None).update(
            bounced_at=timezone.now(), bounce_reason=reason[:300]
        )
    )


def mails_due_enqueue(limit: int = 500) -> int:
    """Queue what is due: repeats, and mails that the queue lost. Returns how many."""
    due = MailMessage.objects.filter(
        state=MailState.QUEUED, not_before__lte=timezone.now(), created_at__lt=timezone.now() - FRESH
    )
    ids = list(due.order_by("not_before").values_list("pk", flat=True)[:limit])
    for pk in ids:
        call_later("apps.messaging.services.mail.mail_send", pk)
    return len(ids)


def plain_mail_queue(*, to: str, subject: str, text: str, html: str = "") -> None:
    """For layers below (invitations, passwords), through ``core.mailing``: these mails carry secret links."""
    mail_queue(to=[to], subject=subject, text=text, html=html, secret=True)
