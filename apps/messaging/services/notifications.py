"""Telling people: rows for the bell, pushed to open pages after commit, mail and text for who wants it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.functional import Promise

from apps.core.live import push_to_user
from apps.core.scope import kind_of
from apps.core.tenant import require_organisation
from apps.documents.selectors import record_url
from apps.messaging.catalogue import NotificationEvent, notification_event
from apps.messaging.models import Notification, NotificationChoice
from apps.messaging.services.notices import notices_text, text_way

OVERLAP = timedelta(seconds=60)
MISSED_LIMIT = 100


class Ways(NamedTuple):
    """How a person hears of an event."""

    in_app: bool
    mail: bool
    text: bool = False


def notify(
    users: Iterable[Any],
    *,
    event: str,
    title: Any,
    text: Any = "",
    target: models.Model | None = None,
    url: str = "",
    tone: str = "info",
    by: Any = None,
) -> list[Notification]:
    """Tell users (records or ids) of an event, each in the way that he chose; ``by`` is never told himself.

    title and text may be lazy: each person reads them in his language. Must run inside an organisation;
    pushes, mails and texts go out after commit. Returns the bell entries that were made.
    """
    require_organisation()
    people = _people(users, by)
    if not people:
        return []
    url = url or _url_of(target)
    choices = _choices(people, notification_event(event))
    rows, texted = [], []
    for person in people:
        with translation.override(person.language):
            row = Notification(
                user=person,
                event=event,
                title=str(title)[:200],
                body=str(text),
                tone=tone,
                target_kind=kind_of(target) if target is not None else "",
                target_id=target.pk if target is not None else None,
                url=url[:300],
            )
        ways = choices[person.pk]
        if ways.mail:
            _mail(person, row)
        if ways.text:
            texted.append((person, row.title))
        if ways.in_app:
            rows.append(row)
    notices_text(texted)
    Notification.objects.bulk_create(rows)
    _push(rows)
    return rows


def _people(users: Iterable[Any], by: Any) -> list[Any]:
    ids = {getattr(user, "pk", user) for user in users if user is not None}
    ids.discard(getattr(by, "pk", by))
    if not ids:
        return []
    return list(get_user_model().objects.filter(pk__in=ids, is_active=True, deleted_at=None).order_by("pk"))


def choices_of(user: Any, events: list[NotificationEvent]) -> list[tuple[NotificationEvent, Ways]]:
    """(event, ways) of one person."""
    chosen = {row.event: row for row in NotificationChoice.objects.filter(user=user)}
    held = [(event, chosen.get(event.name, event)) for event in events]
    return [(event, Ways(item.in_app, item.mail, item.text)) for event, item in held]


def _choices(people: list[Any], event: NotificationEvent) -> dict[int, Ways]:
    """user id → ways."""
    made = NotificationChoice.objects.filter(user__in=people, event=event.name)
    chosen = {row.user_id: Ways(row.in_app, row.mail, row.text) for row in made}
    usual = Ways(event.in_app, event.mail, event.text)
    return {person.pk: chosen.get(person.pk, usual) for person in people}


def _url_of(target: models.Model | None) -> str:
    if target is None:
        return ""
    return record_url(kind_of(target), target.pk)


def _mail(person: Any, row: Notification) -> None:
    from apps.messaging.services.mail import mail_queue

    mail_queue(
        to=[person.email],
        subject=row.title,
        template="mail/notification",
        context={"title": row.title, "text": row.body, "path": row.url},
        language=person.language,
        secret=True,
    )


def _push(rows: list[Notification]) -> None:
    unread = unread_counts([row.user_id for row in rows])
    for row in rows:
        data = {**notification_data(row), "unread_count": unread[row.user_id]}
        push_to_user(row.user_id, "notification.new", data, id_=f"n{row.pk}")


def notification_data(row: Notification) -> dict[str, Any]:
    """A notification as pages and API get it."""
    return {
        "id": row.pk,
        "event": row.event,
        "title": row.title,
        "body": row.body,
        "tone": row.tone,
        "target": row.target,
        "url": row.url,
        "created_at": row.created_at.isoformat(),
        "read_at": row.read_at.isoformat() if row.read_at else None,
    }


def unread_counts(user_ids: list[int]) -> defaultdict[int, int]:
    """user id → unread notifications, for all of them in one query."""
    rows = (
        Notification.objects.filter(user_id__in=user_ids, read_at=None)
        .order_by()
        .values_list("user_id")
        .annotate(Count("id"))
    )
    return defaultdict(int, rows)


def notification_read(notification: Notification, *, by: Any) -> Notification:
    """Mark one as read; other pages of the same person hear of it."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
        _push_read(by, notification.pk)
    return notification


def notifications_read_all(*, by: Any) -> int:
    """Mark all of a person's notifications as read; returns how many were unread."""
    count = Notification.objects.filter(user=by, read_at=None).update(read_at=timezone.now())
    if count:
        _push_read(by, None)
    return count


def _push_read(by: Any, notification_id: int | None) -> None:
    data = {"id": notification_id, "unread": unread_counts([by.pk])[by.pk]}
    push_to_user(by.pk, "notification.read", data)


def notifications_missed(user_id: int, since: str) -> list[Notification]:
    """Notifications after a message id (``n12``, ``t1700000000000-ab12``), oldest first, at most 100.

    Looks a minute further back than asked: a transaction may commit later than one with a higher number.
    Pages drop what they know by its id.
    """
    moment = _moment_of(user_id, since)
    if moment is None:
        return []
    rows = Notification.objects.filter(Q(created_at__gte=moment - OVERLAP), user_id=user_id)
    return list(rows.order_by("-id")[:MISSED_LIMIT])[::-1]


def _moment_of(user_id: int, since: str) -> Any:
    if since.startswith("n") and since[1:].isdigit() and len(since) < 20:
        row = Notification.objects.filter(user_id=user_id, pk=int(since[1:])).first()
        return row.created_at if row else None
    stamp = since[1:].split("-", 1)[0]
    if since.startswith("t") and stamp.isdigit() and len(stamp) < 15:
        return timezone.datetime.fromtimestamp(int(stamp) / 1000, tz=timezone.get_current_timezone())
    return None


def texts_demand(user: Any, held: Mapping[str, Ways], wanted: Mapping[str, bool], field: str) -> None:
    """Whoever turns texts on can be texted. Raises Refused naming ``field`` with the first of them in it."""
    new = [name for name, text in wanted.items() if text and not held[name].text]
    if new:
        text_way(user).demand(field.format(new[0]))


def ways_posted(
    user: Any, events: Iterable[NotificationEvent], posted: Container[str], *, bell: bool = True
) -> dict[str, Ways]:
    """What a form says, a ticked box per event and way. Texts stay as they were while they are closed, and so
    does the bell where the form doesn't show it (``bell``)."""
    can_text = text_way(user).open
    return {
        event.name: Ways(
            f"in_app:{event.name}" in posted if bell else held.in_app,
            f"mail:{event.name}" in posted,
            f"text:{event.name}" in posted if can_text else held.text,
        )
        for event, held in choices_of(user, events)
    }


def choices_set(*, by: Any, choices: dict[str, Ways]) -> None:
    """Keep a person's choices of how he hears of each event."""
    for event, ways in choices.items():
        NotificationChoice.objects.update_or_create(user=by, event=event, defaults=ways._asdict())


def lazy_text(template: Any, **values: Any) -> Promise:
    """A lazy ``template % values``: each person reads it in his language."""
    from django.utils.functional import lazystr

    return lazystr(_Formatted(template, values))


class _Formatted:
    def __init__(self, template: Any, values: dict[str, Any]) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return str(self.template) % self.values
