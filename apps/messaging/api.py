"""Notifications of the person who asks: his own only, whatever his rights, with no permission needed."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from apps.core.access import may
from apps.core.api.rendering import envelope
from apps.core.api.resource import ResourceViewSet
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write
from apps.core.errors import ErrorList, InvalidInput, NotAllowed
from apps.core.registry import register_resource
from apps.messaging import api_gateway, api_number  # noqa: F401 - their addresses
from apps.messaging.catalogue import notification_events
from apps.messaging.models import MailMessage, Notification
from apps.messaging.permissions import MANAGE_MAILS
from apps.messaging.services.mail import mail_retry
from apps.messaging.services.notifications import (
    Ways,
    choices_of,
    choices_set,
    notification_read,
    notifications_read_all,
    texts_demand,
)


@register_resource
class NotificationApi(ResourceViewSet):
    model, path = Notification, "messaging/notifications"
    fields = (
        "id", "event", "title", "body", "tone", "target", "url", "created_at", "read_at",
    )  # fmt: skip
    read_only = fields
    filters = {"event": "event", "created_at": "created_at", "read_at": "read_at"}
    extra_params = frozenset({"unread"})
    writable = False
    personal = True
    verbs = {"read": "read"}

    def require(self, action: str) -> None:
        """Everybody has a bell."""

    def queryset(self, action: str = "view") -> Any:
        """One's own; they tell of everything: an API key has them by ``*``, ``read`` or ``messaging.*``."""
        user = self.request.user
        if user.key_scopes is not None and not {"read", "messaging.*"} & set(user.key_scopes):
            return Notification.objects.none()
        return Notification.objects.filter(user_id=user.pk)

    def listed(self, request: Any) -> Any:
        queryset = super().listed(request)
        unread = request.query_params.get("unread", "").lower()
        if unread in ("true", "1"):
            return queryset.filter(read_at=None)
        if unread in ("false", "0"):
            return queryset.exclude(read_at=None)
        if unread:
            raise InvalidInput(_("Must be true or false."), field="unread")
        return queryset

    def read(self, request: Any, pk: int) -> Response:
        row = self.record(pk)
        return api_write(
            request, lambda: (200, self.one(notification_read(row, by=request.user)), _("Marked as read."))
        )


@register_resource
class MailApi(ResourceViewSet):
    """Mails and what became of them: one's own, all of them for whoever has the wider level."""

    model, path = MailMessage, "messaging/mails"
    fields = (
        "id", "to", "cc", "subject", "text", "target", "status", "attempts", "error", "by", "created_at",
        "sent_at", "bounced_at", "bounce_reason",
    )  # fmt: skip
    read_only = fields
    rename = {"status": "state", "by": "by_id", "text": "shown_text"}
    filters = {"status": "state", "by": "by_id", "created_at": "created_at", "bounced_at": "bounced_at"}
    writable = False
    verbs = {"retry": "retry"}
    verb_permissions = {"retry": ""}  # its sender, or whoever manages mails

    def retry(self, request: Any, pk: int) -> Response:
        self.require("view")
        mail = self.record(pk)
        if not may(request.user, MANAGE_MAILS) and mail.by_id != request.user.pk:
            raise NotAllowed(_("Only its sender may send a mail again."))
        return api_write(
            request, lambda: (200, self.one(mail_retry(mail, by=request.user)), _("The mail is sent again."))
        )


class PersonalView(ViewSet):
    bahi_app = "messaging"


class ReadAllApi(PersonalView):
    made_status = 200  # nothing is made

    def create(self, request: Any) -> Response:
        return api_write(
            request,
            lambda: (200, {"read": notifications_read_all(by=request.user)}, _("All marked as read.")),
        )


class PreferencesApi(PersonalView):
    """How the person wants to hear of each event: ``{"choices": {event: {"in_app", "mail", "text"}}}``;
    ``text`` may be left out, and stays as it was."""

    def list(self, request: Any) -> Response:
        return Response(envelope(preferences_of(request.user)))

    def change(self, request: Any) -> Response:
        choices = _choices_read(request.data, request.user)

        def work() -> tuple[int, Any, str]:
            choices_set(by=request.user, choices=choices)
            return 200, preferences_of(request.user), _("Saved.")

        return api_write(request, work)


def preferences_of(user: Any) -> list[dict[str, Any]]:
    """Every event with how this person hears of it."""
    return [
        {"event": event.name, "title": str(event.title), **ways._asdict()}
        for event, ways in choices_of(user, notification_events())
    ]


def _choices_read(body: Any, user: Any) -> dict[str, Ways]:
    given = body.get("choices")
    if not isinstance(given, dict) or set(body) - {"choices"}:
        raise InvalidInput(_("Send choices: an object of events."), field="choices")
    known = {event.name: ways for event, ways in choices_of(user, notification_events())}
    errors, result = ErrorList(), {}
    for name, value in given.items():
        if name not in known:
            errors.add(f"choices.{name[:80]}", _("There is no such event."), "unknown")
        elif (
            not isinstance(value, dict)
            or set(value) - {"text"} != {"in_app", "mail"}
            or not all(isinstance(part, bool) for part in value.values())
        ):
            errors.add(f"choices.{name}", _("Give in_app, mail and text as true or false."))
        else:
            result[name] = Ways(value["in_app"], value["mail"], value.get("text", known[name].text))
    errors.raise_if_any()
    texts_demand(user, known, {name: ways.text for name, ways in result.items()}, "choices.{}.text")
    return result


register_routes(
    [
        path(
            "messaging/notifications/read-all/",
            ReadAllApi.as_view({"post": "create"}),
            name="messaging_notifications_read_all",
        ),
        path(
            "messaging/preferences/",
            PreferencesApi.as_view({"get": "list", "put": "change"}),
            name="messaging_preferences",
        ),
    ]
)
