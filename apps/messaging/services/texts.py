"""Text messages: entered in the transaction of their cause, given to the gateway by the worker."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Refused
from apps.core.outbound import UnsafeAddress, url_check
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import require_organisation
from apps.core.validation import clean_instance
from apps.messaging.models import GatewayKind, MailState, TextGateway, TextMessage, TextPurpose
from apps.runtime.services.queue import call_later

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = {TextPurpose.CODE: 3, TextPurpose.NOTICE: 8}  # a code is old after five minutes
LEASE = timedelta(minutes=1)
GATEWAY_FIELDS = ("gateway", "url", "sender", "entity_id", "template_id", "notice_template_id")


def gateway_get() -> TextGateway | None:
    """The organisation's gateway. Without one the simulator serves where the installation allows it."""
    found = TextGateway.objects.first()
    if found is None and settings.TEXT_SIMULATOR:
        return TextGateway(gateway=GatewayKind.SIMULATOR)
    return found


def gateway_save(*, values: dict[str, Any], token: str = "", by: Any = None) -> TextGateway:
    """Change the gateway; an empty token keeps the one before. Raises InvalidInput naming the field."""
    gateway = TextGateway.objects.first() or TextGateway()
    for name in GATEWAY_FIELDS:
        if name in values:
            setattr(gateway, name, values[name])
    if gateway.gateway == GatewayKind.HTTP:
        try:
            url_check(gateway.url)
        except UnsafeAddress as error:
            raise InvalidInput(str(error), field="url") from error
    if token:
        secret_write(gateway, "token", token)
    clean_instance(gateway)
    gateway.save()
    return gateway


def text_queue(
    *,
    to: str,
    text: str,
    purpose: str = TextPurpose.CODE,
    user_id: int | None = None,
    gateway: TextGateway | None = None,
) -> TextMessage:
    """Enter a text; it goes out after the caller's transaction commits. ``gateway``: if it was read.

    Raises Refused without a gateway.
    """
    require_organisation()
    gateway = gateway or gateway_get()
    if gateway is None:
        raise Refused(_("Text messages are not set up here."), code="no_gateway")
    message = TextMessage.objects.create(
        to=to, text=text[:640], purpose=purpose, gateway=gateway.gateway, user_id=user_id
    )
    call_later("apps.messaging.services.texts.text_deliver", message.pk)
    return message


def text_deliver(pk: int) -> bool:
    """Give one text to the gateway if it is due; what the worker calls. Returns whether it went out."""
    import httpx

    with transaction.atomic():
        now = timezone.now()
        due = TextMessage.objects.filter(pk=pk, state=MailState.QUEUED, not_before__lte=now)
        if not due.update(not_before=now + LEASE, attempts=models.F("attempts") + 1):
            return False
    message = TextMessage.objects.get(pk=pk)
    try:
        _give(message)
    except (httpx.HTTPError, UnsafeAddress, Refused) as error:
        logger.warning("text %s could not be sent: %s", pk, error)
        _failed(message, error)
        return False
    message.state, message.sent_at, message.error = MailState.SENT, timezone.now(), ""
    if message.gateway != GatewayKind.SIMULATOR:
        message.text = ""
    message.save(update_fields=["state", "sent_at", "error", "text"])
    return True


def _give(message: TextMessage) -> None:
    gateway = gateway_get()
    if gateway is None:
        raise Refused(_("Text messages are not set up here."), code="no_gateway")
    if gateway.gateway == GatewayKind.SIMULATOR:
        return
    notice = message.purpose == TextPurpose.NOTICE
    body = {
        "to": message.to,
        "text": message.text,
        "sender": gateway.sender,
        "entity_id": gateway.entity_id,
        "template_id": (notice and gateway.notice_template_id) or gateway.template_id,
        "reference": f"text-{message.pk}",
    }
    token = secret_read(gateway, "token")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    from apps.core.outbound_http import guarded_client

    with guarded_client(timeout=10) as client:
        client.post(gateway.url, json=body, headers=headers).raise_for_status()


def _failed(message: TextMessage, error: Exception) -> None:
    message.error = f"{type(error).__name__}: {error}"[:300]
    message.not_before = timezone.now() + timedelta(seconds=5 * 2**message.attempts)
    if message.attempts >= MAX_ATTEMPTS[TextPurpose(message.purpose)]:
        message.state, message.text = MailState.FAILED, ""
    message.save(update_fields=["state", "error", "not_before", "text"])


def texts_due_enqueue(limit: int = 200) -> int:
    """Queue what is due: repeats, and texts that the queue lost. Returns how many."""
    due = TextMessage.objects.filter(
        state=MailState.QUEUED,
        not_before__lte=timezone.now(),
        created_at__lt=timezone.now() - timedelta(seconds=20),
    )
    ids = list(due.order_by("not_before").values_list("pk", flat=True)[:limit])
    for pk in ids:
        call_later("apps.messaging.services.texts.text_deliver", pk)
    return len(ids)
