"""Notifications by text: to confirmed numbers only, as many a day as the settings let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import FactorMethod, SecondFactor
from apps.accounts.services.code_messages import masked_phone
from apps.core.errors import Refused
from apps.core.formats import zone_of
from apps.core.locks import advisory_lock
from apps.core.tenant import current_organisation
from apps.core.typed_settings import setting
from apps.messaging.models import MailState, TextGateway, TextMessage, TextNumber, TextPurpose
from apps.messaging.services.texts import gateway_get, text_queue

LONGEST = 300


@dataclass(frozen=True)
class TextWay:
    """Whether a person can be texted now. ``number`` is masked; ``own``: he gave it for notifications, else
    it is that of his sign-in codes; ``most``: texts a day."""

    gateway: bool
    number: str
    own: bool
    most: int

    @property
    def open(self) -> bool:
        return self.gateway and bool(self.number)

    def demand(self, field: str) -> None:
        """Raises Refused naming ``field`` when nothing would come of choosing this way."""
        if not self.gateway:
            raise Refused(_("Text messages are not set up here."), field=field, code="no_gateway")
        if not self.number:
            raise Refused(_("Confirm your mobile number first."), field=field, code="no_number")


def text_way(user: Any) -> TextWay:
    """How this person can be texted."""
    own = TextNumber.objects.filter(user_id=user.pk).exists()
    number = numbers_of([user.pk]).get(user.pk, "")
    return TextWay(
        gateway_get() is not None,
        masked_phone(number) if number else "",
        own,
        setting("messaging.texts_for_person"),
    )


def numbers_of(user_ids: Iterable[int]) -> dict[int, str]:
    """user id → confirmed number: the one given for notifications, else that of the sign-in codes."""
    ids = list(user_ids)
    factors = SecondFactor.objects.filter(user__in=ids, method=FactorMethod.SMS).exclude(confirmed_at=None)
    own = TextNumber.objects.filter(user__in=ids).values_list("user", "phone")
    return dict(factors.values_list("user", "phone")) | dict(own)


def number_set(user: Any, phone: str) -> TextNumber:
    """Keep a number whose code was just typed; what waits for an earlier one isn't sent any more."""
    number_remove(user)
    return TextNumber.objects.create(user_id=user.pk, phone=phone)


def number_remove(user: Any) -> None:
    """Forget the number; what waits to go there isn't sent any more."""
    held = TextNumber.objects.filter(user_id=user.pk)
    waiting = TextMessage.objects.filter(
        user_id=user.pk,
        purpose=TextPurpose.NOTICE,
        state=MailState.QUEUED,
        to__in=list(held.values_list("phone", flat=True)),
    )
    waiting.update(state=MailState.FAILED, text="", error=_("The number was removed."))
    held.delete()


def notices_text(told: Sequence[tuple[Any, str]]) -> list[TextMessage]:
    """Queue (person, title) as texts, for those who have a confirmed number and while the day's limits last.

    Nothing is queued without a gateway. Who counts waits for others who count, so that the limits hold.
    """
    gateway = gateway_get() if told else None
    numbers = numbers_of([person.pk for person, _title in told]) if gateway else {}
    if gateway is None or not numbers:
        return []
    with transaction.atomic():
        advisory_lock("messaging.notices")
        today = TextMessage.objects.filter(created_at__gte=_day_begin())
        sent = _sent_to_each(today)
        over = set(today.filter(purpose=TextPurpose.OVER).values_list("user_id", flat=True))
        left = setting("messaging.texts_for_all") - sum(sent.values())
        most = setting("messaging.texts_for_person")
        queued = []
        for person, title in told:
            phone = numbers.get(person.pk)
            if phone and left > 0 and sent[person.pk] < most:
                left -= 1
                sent[person.pk] += 1
                queued.append(_queue(person, phone, title, gateway))
            elif phone and person.pk not in over:
                over.add(person.pk)
                all_full = _("The daily limit of everybody was reached.")
                own_full = _("The daily limit of this person was reached.")
                _held_back(person, phone, gateway, all_full if left <= 0 else own_full)
    return queued


def _sent_to_each(today: Any) -> Counter[int]:
    """user id → texts of the day; everybody's together are what all had."""
    rows = today.filter(purpose=TextPurpose.NOTICE).order_by().values("user_id")
    return Counter(dict(rows.annotate(number=Count("pk")).values_list("user_id", "number")))


def _queue(person: Any, phone: str, title: str, gateway: TextGateway) -> TextMessage:
    text = " ".join(f"{current_organisation().name}: {title}".split())[:LONGEST]
    return text_queue(to=phone, text=text, purpose=TextPurpose.NOTICE, user_id=person.pk, gateway=gateway)


def _held_back(person: Any, phone: str, gateway: TextGateway, why: str) -> None:
    """The one line of a day that says that a person's limit, or that of all, was reached."""
    TextMessage.objects.create(
        to=phone,
        purpose=TextPurpose.OVER,
        user_id=person.pk,
        gateway=gateway.gateway,
        state=MailState.FAILED,
        error=why,
    )


def _day_begin() -> datetime:
    """Midnight where the organisation is."""
    now = timezone.now().astimezone(zone_of(None))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
