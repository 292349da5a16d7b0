"""Mail from layers below ``messaging``: handed to its queue once it is there, else sent after commit."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from apps.core.tenant import is_public

logger = logging.getLogger(__name__)
Sender = Callable[..., object]
_sender: list[Sender] = []


def register_mail_sender(function: Sender) -> None:
    """Called once by ``messaging``: ``function(to=, subject=, text=, html=)`` puts a mail into its queue."""
    _sender[:] = [function]


def mail_send(*, to: str, subject: str, text: str, html: str = "") -> None:
    """One mail to one address; the platform, which has no queue, sends it after commit.

    Never raises for a mail server that is down: that is logged.
    """
    if _sender and not is_public():
        _sender[0](to=to, subject=subject, text=text, html=html)
        return
    transaction.on_commit(lambda: _send_now(to, subject, text, html))


def _send_now(to: str, subject: str, text: str, html: str) -> None:
    mail = EmailMultiAlternatives(" ".join(subject.split()), text, to=[to])
    if html:
        mail.attach_alternative(html, "text/html")
    try:
        mail.send()
    except Exception:
        logger.exception("mail could not be sent")
