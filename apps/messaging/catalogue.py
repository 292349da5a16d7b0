"""The events of which people can be told. Each app registers its own at start-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class NotificationEvent:
    """``name`` as in ``comment.mention``; in_app, mail, text: what holds for a person who chose nothing.
    ``portal``: for people of customers and vendors, to whom the others are not offered."""

    name: str
    title: Any
    in_app: bool = True
    mail: bool = False
    portal: bool = False
    text: bool = False


_events: dict[str, NotificationEvent] = {}


def register_notification_event(
    name: str,
    title: Any,
    *,
    in_app: bool = True,
    mail: bool = False,
    portal: bool = False,
    text: bool = False,
) -> NotificationEvent:
    """Make an event choosable in people's notification settings."""
    event = _events[name] = NotificationEvent(name, title, in_app, mail, portal, text)
    return event


def notification_events(*, portal: bool = False) -> list[NotificationEvent]:
    """Of people who work here, or those of customers and vendors."""
    return sorted((e for e in _events.values() if e.portal == portal), key=lambda item: item.name)


def notification_event(name: str) -> NotificationEvent:
    """The registered event; one with the defaults for a name that nobody registered."""
    return _events.get(name) or NotificationEvent(name, name)


register_notification_event("comment.mention", _("Somebody mentions me in a comment"))
register_notification_event("document.assigned", _("A document is given to me"))
register_notification_event("document.moved", _("Somebody else moves my document on"))
register_notification_event("record.shared", _("A single record is shared with me"))
register_notification_event("job.finished", _("My background job has finished"))
register_notification_event("job.failed", _("My background job has failed"))
register_notification_event("mail.failed", _("A mail of mine could not be sent"))
